using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Messaging;
using Marten;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>A refresh token was used twice: its session has ended, and the owner gets one mail, however often this is reported.</summary>
public sealed record SessionStolen(Guid SessionId, Guid UserId);

public static class SessionStolenHandler
{
    public static async Task<AccountNotice?> Handle(
        SessionStolen stolen, IDocumentSession documents, SessionStore sessions, DateTimeOffset now, CancellationToken cancellation)
    {
        // This message is stored and retried, so nothing in Redis has to remember the session any longer.
        await sessions.ForgetReusedAsync(stolen.SessionId);
        // A message of an older version does not have the session.
        if (stolen.SessionId != Guid.Empty
            && !await ProcessedEvent.IsFirstAsync(documents, nameof(SessionStolen), stolen.SessionId, cancellation)) return null;
        return await documents.LoadAsync<User>(stolen.UserId, cancellation) is { } user
            ? AccountNotices.To(user, AccountNoticeKind.SessionStolen, now)
            : null;
    }
}
