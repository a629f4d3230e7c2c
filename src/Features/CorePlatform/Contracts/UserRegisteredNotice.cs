using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>A person has registered an account.</summary>
[WireEvent("core.user_registered.v1", Streams.Users)]
public sealed record UserRegisteredNotice(Guid UserId, [property: Personal] string Email,
    [property: Personal] string Name, DateTimeOffset At);
