using Aarya.Infrastructure.Messaging;

namespace Aarya.Features.Payment.Contracts;

/// <summary>A guest turned out to be a customer.</summary>
[WireEvent("core.guest_signed_in.v1", Streams.Users)]
public sealed record GuestSignedIn(Guid GuestId, Guid UserId, DateTimeOffset At);
