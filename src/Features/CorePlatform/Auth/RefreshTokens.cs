using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
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

/// <summary>Who refreshes, and with which token they go on.</summary>
public sealed record Refreshed(Session Session, UserView User, RefreshToken Successor);

[AnswerIsNeverStored]
public static partial class RefreshTokensEndpoint
{
    public static async Task<(Refreshed?, ProblemDetails)> LoadAsync(
        RefreshTokens command, IQuerySession documents, SessionStore sessions, ILogger<RefreshTokens> log, CancellationToken cancellation)
    {
        if (RefreshToken.Parse(command.RefreshToken) is not { } presented || await sessions.FindAsync(presented.SessionId) is not { } session) return Refused;

        var user = session.IsGuest
            ? UserView.Guest(session.UserId)
            : await documents.LoadAsync<User>(session.UserId, cancellation) is { } found ? UserView.Of(found) : null;
        if (user is null)
        {
            await sessions.EndAsync(session.Id);
            return Refused;
        }

        var (outcome, successor) = await sessions.RotateAsync(session, presented, StaffRoles.Any(user.Roles));
        if (outcome == Rotation.Reused) LogReused(log, session.Id, session.UserId);
        return successor is null ? Refused : (new(session, user, successor), WolverineContinue.NoProblems);
    }

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [WolverinePost("/api/auth/refresh"), AnswerIsNeverStored]
    public static SignedIn Post(RefreshTokens command, Refreshed refreshed, AccessTokens tokens, HttpContext http) =>
        SignedIn.As(refreshed.User, refreshed.Session, refreshed.Successor, tokens, http);

    private static (Refreshed?, ProblemDetails) Refused =>
        (null, Problem.Unauthorized("auth.refresh_invalid", "The refresh token is not good any more: sign in again."));

    [LoggerMessage(LogLevel.Warning, "A refresh token of session {SessionId} of {UserId} was used twice: the session has been ended.")]
    private static partial void LogReused(ILogger log, Guid sessionId, Guid userId);
}
