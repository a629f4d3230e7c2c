using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>Ends the caller's session: its tokens stop working on every node within a second.</summary>
public static class LogOutEndpoint
{
    public static async Task<(Session?, ProblemDetails)> LoadAsync(HttpContext http, PresentedTokens presented) =>
        await presented.FindSessionAsync(http) is { } session
            ? (session, WolverineContinue.NoProblems)
            : (null, BearerHandler.Refuse(http));

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [WolverinePost("/api/auth/logout")]
    public static async Task<IResult> Post([NotBody] Session session, SessionStore sessions)
    {
        await sessions.EndAsync(session.Id);
        return Results.NoContent();
    }
}
