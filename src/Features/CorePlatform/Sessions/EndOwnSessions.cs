using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>Signs the caller out on all devices, including this one.</summary>
public static class EndOwnSessionsEndpoint
{
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [WolverineDelete("/api/sessions")]
    public static async Task<IResult> Delete(Caller caller, SessionStore sessions)
    {
        await sessions.EndAllAsync(caller.Subject);
        return Results.NoContent();
    }
}
