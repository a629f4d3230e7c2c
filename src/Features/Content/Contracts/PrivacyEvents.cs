using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Content.Contracts;

/// <summary>Somebody wants to see all that is held about them. Told twice: at once, and when it is known which orders are theirs.</summary>
/// <param name="Guests">Who they were before they signed in.</param>
/// <param name="Orders">Null the first time, which nobody answers but commerce.</param>
[WireEvent("core.personal_data_asked.v1", Streams.Users)]
public sealed record PersonalDataAsked(Guid UserId, Guid ExportId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

/// <summary>What this context holds about them.</summary>
/// <param name="Json">As the API would answer it.</param>
[WireEvent("content.personal_data_gathered.v1", Streams.Users)]
public sealed record PersonalDataGathered(Guid UserId, Guid ExportId, [property: Personal] string Json);

/// <summary>Somebody is to be forgotten. Told twice a round: at once, and when it is known which orders were theirs.</summary>
/// <param name="Guests">Who they were before they signed in.</param>
/// <param name="Orders">Null the first time, which nobody answers but commerce.</param>
[WireEvent("core.user_erased.v1", Streams.Users)]
public sealed record UserErased(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

/// <summary>This context has forgotten them.</summary>
[WireEvent("content.personal_data_erased.v1", Streams.Users)]
public sealed record PersonalDataErased(Guid UserId, Guid ErasureId);

/// <summary>All that is held about somebody can be fetched at the link until it expires.</summary>
[WireEvent("core.personal_data_ready.v1", Streams.Users)]
public sealed record PersonalDataReady(
    Guid UserId, Guid ExportId, [property: Personal] string Email, [property: Personal] string Name, [property: Personal] string Link,
    DateTimeOffset ExpiresAt);
