using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Marten;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>Mails the link, if the address has an account that has not been sent too many links.</summary>
/// <param name="UserId">Null when the address has no account.</param>
public sealed record SendPasswordReset(Guid? UserId);

public static class SendPasswordResetHandler
{
    public static async Task<AccountNotice?> Handle(
        SendPasswordReset command, IDocumentSession documents, Identity identity, Attempts attempts, MailedLinks links, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (command.UserId is not { } id || await documents.LoadAsync<User>(id, cancellation) is not { } user) return null;
        // An administrator whom an operator has named sets the first password only by the operator's link.
        if (user.InvitedAt is not null || !await attempts.MayMailAsync(AccountNoticeKind.ResetPassword, user.Email)) return null;
        using var accounts = identity.In(documents, cancellation);
        return AccountNotices.To(user, AccountNoticeKind.ResetPassword, now,
            links.ToReset(await accounts.GeneratePasswordResetTokenAsync(user)));
    }
}
