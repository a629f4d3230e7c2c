using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>
/// Somebody wants to see all that is held about them. Told twice: at once, and when commerce has sent its part; then the others send
/// theirs.
/// </summary>
/// <param name="Guests">Who they were before they signed in.</param>
/// <param name="Orders">Null the first time.</param>
[WireEvent("core.personal_data_asked.v1", Streams.Users)]
public sealed record PersonalDataAsked(Guid UserId, Guid ExportId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

/// <summary>All of it can be fetched at the link until it expires.</summary>
[WireEvent("core.personal_data_ready.v1", Streams.Users)]
public sealed record PersonalDataReady(
    Guid UserId, Guid ExportId, [property: Personal] string Email, [property: Personal] string Name, [property: Personal] string Link,
    DateTimeOffset ExpiresAt);

/// <summary>
/// Somebody is to be forgotten. Told twice a round: at once, and when commerce has said which orders were theirs; then the others answer.
/// </summary>
/// <param name="Guests">Who they were before they signed in.</param>
/// <param name="Orders">Null the first time.</param>
[WireEvent("core.user_erased.v1", Streams.Users)]
public sealed record UserErased(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

[WireEvent("commerce.personal_data_gathered.v1", Streams.Users)]
public sealed record CommerceDataGathered(Guid UserId, Guid ExportId, [property: Personal] string Json, IReadOnlyList<Guid> Orders);

[WireEvent("payment.personal_data_gathered.v1", Streams.Users)]
public sealed record PaymentDataGathered(Guid UserId, Guid ExportId, [property: Personal] string Json);

[WireEvent("content.personal_data_gathered.v1", Streams.Users)]
public sealed record ContentDataGathered(Guid UserId, Guid ExportId, [property: Personal] string Json);

[WireEvent("search.personal_data_gathered.v1", Streams.Users)]
public sealed record SearchDataGathered(Guid UserId, Guid ExportId, [property: Personal] string Json);

/// <summary>Commerce has forgotten somebody, the last of their orders having ended.</summary>
[WireEvent("commerce.personal_data_erased.v1", Streams.Users)]
public sealed record CommerceDataErased(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Orders);

[WireEvent("payment.personal_data_erased.v1", Streams.Users)]
public sealed record PaymentDataErased(Guid UserId, Guid ErasureId);

[WireEvent("content.personal_data_erased.v1", Streams.Users)]
public sealed record ContentDataErased(Guid UserId, Guid ErasureId);

[WireEvent("search.personal_data_erased.v1", Streams.Users)]
public sealed record SearchDataErased(Guid UserId, Guid ErasureId);
