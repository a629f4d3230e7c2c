using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>What the owner of an account must be told by mail.</summary>
public enum AccountNoticeKind
{
    VerifyEmail,
    RegistrationRepeated,
    ResetPassword,
    PasswordChanged,

    /// <summary>To the new address: open the link.</summary>
    ConfirmNewEmail,

    /// <summary>To the old address: somebody asked for the account to move.</summary>
    EmailChangeAsked,

    /// <summary>To both addresses.</summary>
    EmailChanged,
    Deactivated,
    TwoFactorOn,
    TwoFactorOff,
    RecoveryCodesRenewed,
    RecoveryCodeUsed,

    /// <summary>A refresh token was used twice, so somebody else had it.</summary>
    SessionStolen,
}

/// <summary>Something happened to an account that its owner must know, or must answer by a link.</summary>
/// <param name="UserId">Whose account.</param>
/// <param name="NoticeId">One for one occasion and address.</param>
/// <param name="Email">Where the mail goes.</param>
/// <param name="Link">Carries a token: it is nobody's but the reader's of that mail.</param>
[WireEvent("core.account_notice.v1", Streams.Users)]
public sealed record AccountNotice(
    Guid UserId, Guid NoticeId, AccountNoticeKind Kind, [property: Personal] string Email, [property: Personal] string Name,
    [property: Personal] string? Link, DateTimeOffset At)
{
    public static AccountNotice To(User user, AccountNoticeKind kind, DateTimeOffset now, string? link = null, string? email = null) =>
        new(user.Id, Guid.CreateVersion7(now), kind, email ?? user.Email, user.Name, link, now);

    public override string ToString() => $"{nameof(AccountNotice)} {Kind} {NoticeId}";
}
