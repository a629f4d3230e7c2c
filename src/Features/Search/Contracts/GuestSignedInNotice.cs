using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Search.Contracts;

/// <summary>A guest signed in to an account.</summary>
[WireEvent("core.guest_signed_in.v1", Streams.Users)]
public sealed record GuestSignedInNotice(Guid GuestId, Guid UserId);
