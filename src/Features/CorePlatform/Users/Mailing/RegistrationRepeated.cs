using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Marten;

namespace Aarya.Features.CorePlatform.Users.Mailing;

/// <summary>A registration named an address that already has an account: its owner gets a mail, unless that happens too often.</summary>
public sealed record RegistrationRepeated(Guid UserId);

public static class RegistrationRepeatedHandler
{
    public static async Task<AccountNotice?> Handle(RegistrationRepeated repeated, IQuerySession documents, Attempts attempts,
        DateTimeOffset now, CancellationToken cancellation) =>
        await documents.LoadAsync<User>(repeated.UserId, cancellation) is { } user
            && await attempts.MayMailAsync(AccountNoticeKind.RegistrationRepeated, user.Email)
            ? AccountNotices.To(user, AccountNoticeKind.RegistrationRepeated, now)
            : null;
}
