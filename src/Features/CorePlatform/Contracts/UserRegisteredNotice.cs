using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>A person has registered an account.</summary>
/// <param name="Language">What the person's browser preferred, see <see cref="Languages"/>; null when it preferred none of them.</param>
[WireEvent("core.user_registered.v1", Streams.Users)]
public sealed record UserRegisteredNotice(Guid UserId, [property: Personal] string Email,
    [property: Personal] string Name, DateTimeOffset At, string? Language = null);

/// <summary>A person has chosen the language of mails and notifications.</summary>
[WireEvent("core.language_chosen.v1", Streams.Users)]
public sealed record LanguageChosenNotice(Guid UserId, string Language, DateTimeOffset At);
