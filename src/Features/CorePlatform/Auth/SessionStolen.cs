using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Marten;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>A refresh token was used twice: its session has ended, and the owner gets a mail.</summary>
public sealed record SessionStolen(Guid UserId);

public static class SessionStolenHandler
{
    public static async Task<AccountNotice?> Handle(SessionStolen stolen, IQuerySession documents, DateTimeOffset now,
        CancellationToken cancellation) =>
        await documents.LoadAsync<User>(stolen.UserId, cancellation) is { } user
            ? AccountNotices.To(user, AccountNoticeKind.SessionStolen, now)
            : null;
}
