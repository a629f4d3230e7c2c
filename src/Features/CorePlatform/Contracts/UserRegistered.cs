using Aarya.Infrastructure.Messaging;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>Somebody has an account.</summary>
[WireEvent("core.user_registered.v1", Streams.Users)]
public sealed record UserRegistered(Guid UserId, string Email, string Name, DateTimeOffset At);
