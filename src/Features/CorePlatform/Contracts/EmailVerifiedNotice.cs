using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>The owner of an account has shown that this address is theirs, by a link that was mailed there.</summary>
[WireEvent("core.email_verified.v1", Streams.Users)]
public sealed record EmailVerifiedNotice(Guid UserId, [property: Personal] string Email, DateTimeOffset At);
