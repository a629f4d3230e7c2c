using Aarya.Infrastructure.Messaging;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>A guest turned out to be a customer: what was the guest's is the customer's now.</summary>
[WireEvent("core.guest_signed_in.v1", Streams.Users)]
public sealed record GuestSignedIn(Guid GuestId, Guid UserId, DateTimeOffset At);
