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

/// <summary>
/// The session, its user and the next token; no token when the presented one was used before, which the owner must be told.
/// </summary>
public sealed record Refreshed(Session Session, UserView User, RefreshToken? Successor);

[AnswerIsNeverStored]
public static partial class RefreshTokensEndpoint
{
    public static async Task<(Refreshed?, ProblemDetails)> LoadAsync(
        RefreshTokens command, IQuerySession documents, SessionStore sessions, ILogger<RefreshTokens> log, CancellationToken cancellation)
    {
        if (RefreshToken.Parse(command.RefreshToken) is not { } presented
            || await sessions.FindAsync(presented.SessionId) is not { } session) return Refused;

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
        if (outcome == Rotation.Reused) LogReused(log, session.Id, session.UserId);
        return outcome == Rotation.Unknown ? Refused : (new(session, user, successor), WolverineContinue.NoProblems);
    }

    [ProducesResponseType<SignedIn>(StatusCodes.Status200OK)]
    [Refuses(401, "auth.refresh_invalid", "The refresh token is unknown, has expired or was used before: sign in again.")]
    [WolverinePost("/api/auth/refresh")]
    public static (IResult, OutgoingMessages) Post(RefreshTokens command, Refreshed refreshed, AccessTokens tokens, HttpContext http)
    {
        var (session, user, successor) = refreshed;
        if (successor is null) return (Results.Problem(Invalid), session.IsGuest ? [] : [new SessionStolen(session.UserId)]);
        return (Results.Json(SignedIn.As(user, session, successor, tokens, http), AaryaJson.Options), []);
    }

    private static (Refreshed?, ProblemDetails) Refused => (null, Invalid);

    private static ProblemDetails Invalid =>
        Problem.Unauthorized("auth.refresh_invalid", "The refresh token is no longer valid: sign in again.");

    [LoggerMessage(LogLevel.Warning, "A refresh token of session {SessionId} of {UserId} was used twice: the session has been ended.")]
    private static partial void LogReused(ILogger log, Guid sessionId, Guid userId);
}
