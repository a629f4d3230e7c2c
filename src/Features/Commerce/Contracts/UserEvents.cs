using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>A user has verified this e-mail address.</summary>
[WireEvent("core.email_verified.v1", Streams.Users)]
public sealed record EmailVerifiedNotice(Guid UserId, [property: Personal] string Email, DateTimeOffset At);
