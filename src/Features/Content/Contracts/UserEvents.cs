using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Content.Contracts;

[WireEvent("core.user_registered.v1", Streams.Users)]
public sealed record UserRegistered(Guid UserId, [property: Personal] string Email, [property: Personal] string Name, DateTimeOffset At);
