using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Asks for a link to set another password. Whether the address has an account cannot be told from the answer nor from the work done for
/// it.
/// </summary>
public sealed record ForgetPassword(string Email)
{
    public sealed class Validator : AbstractValidator<ForgetPassword>
    {
        public Validator() => RuleFor(x => x.Email).EmailAddressOfAPerson();
    }
}

/// <summary>Mails the link, if there is somebody to mail it to, and they have not had too many.</summary>
/// <param name="UserId">Null when nobody has an account at the address.</param>
public sealed record SendPasswordReset(Guid? UserId);

[AnswerIsNeverStored]
public static class ForgetPasswordEndpoint
{
    public static Task<ProblemDetails> ValidateAsync(ForgetPassword command, HttpContext http, Attempts attempts) =>
        attempts.BeginAsync("forgot", command.Email, http);

    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status429TooManyRequests, "application/problem+json")]
    [Refuses(429, "auth.too_many_attempts", "Too many tries at this account without success: wait for `Retry-After` seconds.")]
    [WolverinePost("/api/auth/password/forgot"), RateLimit("password")]
    public static async Task<(IResult, SendPasswordReset)> Post(ForgetPassword command, IQuerySession documents,
        CancellationToken cancellation) =>
        (Results.Accepted(), new(await documents.FindIdByEmailAsync(EmailAddress.Normalize(command.Email)!, cancellation)));
}

public static class SendPasswordResetHandler
{
    public static async Task<AccountNotice?> Handle(
        SendPasswordReset command, IDocumentSession documents, Identity identity, Attempts attempts, MailedLinks links, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (command.UserId is not { } id || await documents.LoadAsync<User>(id, cancellation) is not { } user) return null;
        // Who was named administrator sets the first password by the link that the operator gave, and by no other.
        if (user.InvitedAt is not null || !await attempts.MayMailAsync(AccountNoticeKind.ResetPassword, user.Email)) return null;
        using var accounts = identity.In(documents, cancellation);
        return AccountNotice.To(user, AccountNoticeKind.ResetPassword, now,
            links.ToReset(await accounts.GeneratePasswordResetTokenAsync(user)));
    }
}
