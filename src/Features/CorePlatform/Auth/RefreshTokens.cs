using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>Exchanges a refresh token for new tokens, with the roles that the person has now. Each token works once.</summary>
public sealed record RefreshTokens(string RefreshToken)
{
    public override string ToString() => nameof(RefreshTokens);

    public sealed class Validator : AbstractValidator<RefreshTokens>
    {
        public Validator() => RuleFor(x => x.RefreshToken).NotEmpty().MaximumLength(256);
    }
}

/// <summary>The outcome for a refresh token: the next one, or the session that ended because it was used before.</summary>
/// <param name="Stolen">Null for a guest's session: a guest has no address.</param>
public sealed record Refreshed(Renewed? Renewed, SessionStolen? Stolen);

/// <summary>The session, its user and the next token.</summary>
public sealed record Renewed(Session Session, UserView User, RefreshToken Successor);

[AnswerIsNeverStored]
public static partial class RefreshTokensEndpoint
{
    public static async Task<(Refreshed?, ProblemDetails)> LoadAsync(
        RefreshTokens command, IQuerySession documents, SessionStore sessions, ILogger<RefreshTokens> log, CancellationToken cancellation)
    {
        if (RefreshToken.Parse(command.RefreshToken) is not { } presented) return Refused;
        if (await sessions.FindAsync(presented.SessionId) is not { } session)
            return await sessions.FindOwnerOfReusedAsync(presented) is { } owner
                ? (new(null, new(presented.SessionId, owner)), WolverineContinue.NoProblems)
                : Refused;

        var user = session.IsGuest
            ? UserView.Guest(session.UserId)
            : await documents.LoadAsync<User>(session.UserId, cancellation) is { DeactivatedAt: null } found && found.Has(session)
                ? UserView.Of(found)
                : null;
        if (user is null)
        {
            await sessions.EndAsync(session.Id);
            return Refused;
        }

        var (outcome, successor) = await sessions.RotateAsync(session, presented, StaffRoles.Any(user.Roles));
        if (outcome == Rotation.Unknown) return Refused;
        if (successor is not null) return (new(new(session, user, successor), null), WolverineContinue.NoProblems);
        LogReused(log, session.Id, session.UserId);
        return (new(null, session.IsGuest ? null : new(session.Id, session.UserId)), WolverineContinue.NoProblems);
    }

    [ProducesResponseType<SignedIn>(StatusCodes.Status200OK)]
    [Refuses(401, "auth.refresh_invalid", "The refresh token is unknown, has expired or was used before: sign in again.")]
    [WolverinePost("/api/auth/refresh")]
    public static (IResult, OutgoingMessages) Post(RefreshTokens command, Refreshed refreshed, AccessTokens tokens, HttpContext http)
    {
        if (refreshed.Renewed is not var (session, user, successor))
            return (Results.Problem(Invalid), refreshed.Stolen is { } stolen ? [stolen] : []);
        return (Results.Json(SignedIn.As(user, session, successor, tokens, http), AaryaJson.Options), []);
    }

    private static (Refreshed?, ProblemDetails) Refused => (null, Invalid);

    private static ProblemDetails Invalid =>
        Problem.Unauthorized("auth.refresh_invalid", "The refresh token is no longer valid: sign in again.");

    [LoggerMessage(LogLevel.Warning, "A refresh token of session {SessionId} of {UserId} was used twice: the session has been ended.")]
    private static partial void LogReused(ILogger log, Guid sessionId, Guid userId);
}
