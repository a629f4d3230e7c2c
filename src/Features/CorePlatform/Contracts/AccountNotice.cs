using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>What a mail to the owner of an account is about.</summary>
public enum AccountNoticeKind
{
    VerifyEmail,
    RegistrationRepeated,
    ResetPassword,
    PasswordChanged,

    /// <summary>To the new address, with the link that confirms it.</summary>
    ConfirmNewEmail,

    /// <summary>To the old address: a move to another address was requested.</summary>
    EmailChangeAsked,

    /// <summary>To both addresses.</summary>
    EmailChanged,
    Deactivated,
    TwoFactorOn,
    TwoFactorOff,
    RecoveryCodesRenewed,
    RecoveryCodeUsed,

    /// <summary>A refresh token was used twice, so another party has had it.</summary>
    SessionStolen,
}

/// <summary>A mail to send to the owner of an account: something has happened to it, or a link has to be opened.</summary>
/// <param name="UserId">Whose account.</param>
/// <param name="NoticeId">One per occasion and address.</param>
/// <param name="Email">Where the mail goes.</param>
/// <param name="Language">Of the account; null when it has none.</param>
/// <param name="Link">Contains a token: only the reader of the mail may have it.</param>
[WireEvent("core.account_notice.v1", Streams.Users)]
public sealed record AccountNotice(
    Guid UserId, Guid NoticeId, AccountNoticeKind Kind, [property: Personal] string Email, [property: Personal] string Name,
    [property: Personal] string? Link, DateTimeOffset At, string? Language = null)
{
    public override string ToString() => $"{nameof(AccountNotice)} {Kind} {NoticeId}";
}
