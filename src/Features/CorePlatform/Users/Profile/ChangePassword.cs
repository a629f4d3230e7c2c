using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.Profile;

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
    [AsksForPassword]
    [CountsAttempts]
    [WolverinePost("/api/users/me/password"), RateLimit("password"), Authorize("customer")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        ChangePassword command, Caller caller, User user, IDocumentSession documents, Identity identity, DateTimeOffset now,
        CancellationToken cancellation)
    {
        using var accounts = identity.In(documents, cancellation);
        await accounts.SetPasswordAsync(user, command.NewPassword);
        return (Results.NoContent(),
            [user.EndSessions(except: caller.SessionId), AccountNotices.To(user, AccountNoticeKind.PasswordChanged, now)]);
    }
}
