using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Content.Contracts;

[WireEvent("core.user_registered.v1", Streams.Users)]
public sealed record UserRegistered(Guid UserId, [property: Personal] string Email, [property: Personal] string Name, DateTimeOffset At);

/// <summary>What the owner of an account must be told.</summary>
/// <param name="Kind">verify_email, reset_password, password_changed, ...</param>
/// <param name="Link">Carries a token: it is nobody's but the reader's of that mail.</param>
[WireEvent("core.account_notice.v1", Streams.Users)]
public sealed record AccountNotice(
    Guid UserId, Guid NoticeId, string Kind, [property: Personal] string Email, [property: Personal] string Name,
    [property: Personal] string? Link, DateTimeOffset At)
{
    public override string ToString() => $"{nameof(AccountNotice)} {Kind} {NoticeId}";
}
