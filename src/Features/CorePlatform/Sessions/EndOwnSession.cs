using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>Signs out one of the caller's devices: its tokens stop working on every node within a second.</summary>
public static class EndOwnSessionEndpoint
{
    public static async Task<ProblemDetails> ValidateAsync(Guid id, Caller caller, SessionStore sessions) =>
        (await sessions.FindAsync(id))?.UserId == caller.Subject ? WolverineContinue.NoProblems : Problem.NotFound("session");

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [WolverineDelete("/api/sessions/{id:guid}")]
    public static async Task<IResult> Delete(Guid id, SessionStore sessions)
    {
        await sessions.EndAsync(id);
        return Results.NoContent();
    }
}
