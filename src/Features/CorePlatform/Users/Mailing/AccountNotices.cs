using Aarya.Features.CorePlatform.Contracts;

namespace Aarya.Features.CorePlatform.Users.Mailing;

/// <summary>Makes the events for mails to the owner of an account.</summary>
public static class AccountNotices
{
    /// <param name="email">Where the mail goes; the account's own address when absent.</param>
    public static AccountNotice To(User user, AccountNoticeKind kind, DateTimeOffset now, string? link = null, string? email = null) =>
        new(user.Id, Guid.CreateVersion7(now), kind, email ?? user.Email, user.Name, link, now, user.Language);
}
