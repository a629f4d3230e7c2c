using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Rates;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// The link in a mail was opened: the address is verified, or the account moves to it. A link is valid for a day, and works once.
/// </summary>
public sealed record VerifyEmail(string Token)
{
    public override string ToString() => nameof(VerifyEmail);

    public sealed class Validator : AbstractValidator<VerifyEmail>
    {
        public Validator() => RuleFor(x => x.Token).NotEmpty().MaximumLength(MailedTokens.Longest);
    }
}

/// <summary>The owner of the opened link, and the address that the account moves to, if it does.</summary>
public sealed record OpenedLink(User User, string? NewEmail);

[AnswerIsNeverStored]
public static class VerifyEmailEndpoint
{
    public static async Task<(OpenedLink?, ProblemDetails)> LoadAsync(VerifyEmail command, IDocumentSession documents, Identity identity,
        CancellationToken cancellation)
    {
        if (MailedTokens.OwnerOf(command.Token) is not { } owner || await documents.LoadAloneAsync(owner, cancellation) is not { } user)
            return Refused;
        using var accounts = identity.In(documents, cancellation);
        if (await accounts.IsForVerificationAsync(user, command.Token)) return (new(user, null), WolverineContinue.NoProblems);
        if (!await accounts.IsForPendingEmailAsync(user, command.Token)) return Refused;

        // An account may have been registered there since the mail was sent.
        await documents.LockAsync(user.PendingEmail!, cancellation);
        return await documents.FindByEmailAsync(user.PendingEmail!, cancellation) is null
            ? (new(user, user.PendingEmail), WolverineContinue.NoProblems)
            : Refused;
    }

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [Refuses(400, "account.token_invalid", "The link is invalid, has expired or was already used: request a new e-mail.")]
    [WolverinePost("/api/auth/email/verify"), RateLimit("password")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        VerifyEmail command, OpenedLink link, IDocumentSession documents, Identity identity, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var (user, newEmail) = link;
        using var accounts = identity.In(documents, cancellation);
        if (newEmail is null)
        {
            await accounts.ConfirmEmailAsync(user, command.Token);
            return (Results.NoContent(), [new EmailVerifiedNotice(user.Id, user.Email, now)]);
        }

        var old = user.Email;
        await accounts.ChangeEmailAsync(user, newEmail, command.Token);
        user.PendingEmail = null;
        return (Results.NoContent(),
        [
            AccountNotices.To(user, AccountNoticeKind.EmailChanged, now, email: old),
            AccountNotices.To(user, AccountNoticeKind.EmailChanged, now),
            new EmailVerifiedNotice(user.Id, user.Email, now),
        ]);
    }

    private static (OpenedLink?, ProblemDetails) Refused => (null, LinkOver);

    internal static ProblemDetails LinkOver =>
        Problem.Invalid("token", "is invalid, has expired or was already used: request a new e-mail.", "account.token_invalid");
}
