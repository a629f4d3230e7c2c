using Aarya.Features.CorePlatform.Contracts;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Sets a new password. Every other session ends, and the owner gets a mail.</summary>
public sealed record ChangePassword(string CurrentPassword, string NewPassword)
{
    public override string ToString() => nameof(ChangePassword);

    public sealed class Validator : AbstractValidator<ChangePassword>
    {
        public Validator()
        {
            RuleFor(x => x.CurrentPassword).OwnPassword();
            RuleFor(x => x.NewPassword).NewPassword();
        }
    }
}

[AnswerIsNeverStored]
public static class ChangePasswordEndpoint
{
    public static Task<(User?, ProblemDetails)> LoadAsync(ChangePassword command, Caller caller, IQuerySession documents,
        Reconfirmation reconfirmation, HttpContext http) =>
        reconfirmation.OfAsync(caller, command.CurrentPassword, documents, http, "currentPassword");

    public static Task<ProblemDetails> ValidateAsync(
        ChangePassword command, User user, PasswordStrength strength, CancellationToken cancellation) =>
        strength.CheckAsync("newPassword", command.NewPassword, user, cancellation);

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status403Forbidden, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status429TooManyRequests, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")]
    [Refuses(400, "account.password_wrong", "The password is not the caller's; `errors` names the field that it was sent in.")]
    [Refuses(429, "auth.too_many_attempts", "Too many attempts on this account: wait for `Retry-After` seconds.")]
    [WolverinePost("/api/users/me/password"), RateLimit("password"), Authorize("customer")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        ChangePassword command, Caller caller, User user, IDocumentSession documents, Identity identity, DateTimeOffset now,
        CancellationToken cancellation)
    {
        using var accounts = identity.In(documents, cancellation);
        await accounts.SetPasswordAsync(user, command.NewPassword);
        return (Results.NoContent(),
            [user.EndSessions(except: caller.SessionId), AccountNotice.To(user, AccountNoticeKind.PasswordChanged, now)]);
    }
}
