using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Sets another password by the link in a mail: good for an hour, and once. Every session ends, and the owner is told. The mail having
/// arrived, the address is verified too, and a deactivated account is open again.
/// </summary>
public sealed record ResetPassword(string Token, string NewPassword)
{
    public override string ToString() => nameof(ResetPassword);

    public sealed class Validator : AbstractValidator<ResetPassword>
    {
        public Validator()
        {
            RuleFor(x => x.Token).NotEmpty().MaximumLength(MailedTokens.Longest);
            RuleFor(x => x.NewPassword).NewPassword();
        }
    }
}

[AnswerIsNeverStored]
public static class ResetPasswordEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(ResetPassword command, IDocumentSession documents, Identity identity, CancellationToken cancellation)
    {
        if (MailedTokens.OwnerOf(command.Token) is not { } owner || await documents.LoadAloneAsync(owner, cancellation) is not { } user) return (null, VerifyEmailEndpoint.LinkOver);
        using var accounts = identity.In(documents, cancellation);
        return await accounts.IsForResetAsync(user, command.Token) ? (user, WolverineContinue.NoProblems) : (null, VerifyEmailEndpoint.LinkOver);
    }

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")]
    [Refuses(400, "account.token_invalid", "The link is not one of the shop's, has expired, or was used before: ask for another mail.")]
    [WolverinePost("/api/auth/password/reset"), RateLimit("password")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        ResetPassword command, User user, IDocumentSession documents, Identity identity, DateTimeOffset now, CancellationToken cancellation)
    {
        using var accounts = identity.In(documents, cancellation);
        user.EmailVerified = true;
        user.DeactivatedAt = null;
        await accounts.SetPasswordAsync(user, command.NewPassword);
        return (Results.NoContent(), [user.EndSessions(), AccountNotice.To(user, AccountNoticeKind.PasswordChanged, now)]);
    }
}
