using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>A guest signed in as a customer: the guest's data now belongs to the customer.</summary>
[WireEvent("core.guest_signed_in.v1", Streams.Users)]
public sealed record GuestSignedInNotice(Guid GuestId, Guid UserId, DateTimeOffset At);
