using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Content.Contracts;

[WireEvent("core.user_registered.v1", Streams.Users)]
public sealed record UserRegisteredNotice(Guid UserId, [property: Personal] string Email,
    [property: Personal] string Name, DateTimeOffset At, string? Language = null);

/// <summary>A person has chosen the language of mails and notifications.</summary>
[WireEvent("core.language_chosen.v1", Streams.Users)]
public sealed record LanguageChosenNotice(Guid UserId, string Language, DateTimeOffset At);

/// <summary>A mail to send to the owner of an account.</summary>
/// <param name="Kind">verify_email, reset_password, password_changed, ...</param>
/// <param name="Link">Contains a token: only the reader of the mail may have it.</param>
[WireEvent("core.account_notice.v1", Streams.Users)]
public sealed record AccountNotice(
    Guid UserId, Guid NoticeId, string Kind, [property: Personal] string Email, [property: Personal] string Name,
    [property: Personal] string? Link, DateTimeOffset At, string? Language = null)
{
    public override string ToString() => $"{nameof(AccountNotice)} {Kind} {NoticeId}";
}
