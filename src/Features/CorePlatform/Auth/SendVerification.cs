using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Marten;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>Mails the link that verifies an account's address, unless too many were mailed.</summary>
public sealed record SendVerification(Guid UserId);

public static class SendVerificationHandler
{
    public static async Task<AccountNotice?> Handle(
        SendVerification command, IDocumentSession documents, Identity identity, Attempts attempts, MailedLinks links, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (await documents.LoadAsync<User>(command.UserId, cancellation) is not { EmailVerified: false } user
            || !await attempts.MayMailAsync(AccountNoticeKind.VerifyEmail, user.Email)) return null;
        using var accounts = identity.In(documents, cancellation);
        return AccountNotices.To(user, AccountNoticeKind.VerifyEmail, now,
            links.ToVerify(await accounts.GenerateEmailConfirmationTokenAsync(user)));
    }
}
