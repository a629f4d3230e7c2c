using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>
/// A person requested all data that is stored about them. Published twice: at once, and when commerce has sent its part; then the other
/// contexts send theirs.
/// </summary>
/// <param name="Guests">The ids that the person had as a guest.</param>
/// <param name="Orders">Null the first time.</param>
[WireEvent("core.personal_data_asked.v1", Streams.Users)]
public sealed record PersonalDataAskedNotice(Guid UserId, Guid ExportId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

/// <summary>The whole export can be fetched at the link until it expires.</summary>
[WireEvent("core.personal_data_ready.v1", Streams.Users)]
public sealed record PersonalDataReadyNotice(
    Guid UserId, Guid ExportId, [property: Personal] string Email, [property: Personal] string Name, [property: Personal] string Link,
    DateTimeOffset ExpiresAt, string? Language = null);

/// <summary>
/// A person's data is to be erased. Published twice per round: at once, and when commerce has named the person's orders; then the other
/// contexts answer.
/// </summary>
/// <param name="Guests">The ids that the person had as a guest.</param>
/// <param name="Orders">Null the first time.</param>
[WireEvent("core.user_erased.v1", Streams.Users)]
public sealed record UserErasedNotice(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

[WireEvent("commerce.personal_data_gathered.v1", Streams.Users)]
public sealed record CommerceDataGatheredNotice(Guid UserId, Guid ExportId, [property: Personal] string Json, IReadOnlyList<Guid> Orders);

[WireEvent("payment.personal_data_gathered.v1", Streams.Users)]
public sealed record PaymentDataGatheredNotice(Guid UserId, Guid ExportId, [property: Personal] string Json);

[WireEvent("content.personal_data_gathered.v1", Streams.Users)]
public sealed record ContentDataGatheredNotice(Guid UserId, Guid ExportId, [property: Personal] string Json);

[WireEvent("search.personal_data_gathered.v1", Streams.Users)]
public sealed record SearchDataGatheredNotice(Guid UserId, Guid ExportId, [property: Personal] string Json);

/// <summary>Commerce has erased a person's data, after the last of their orders ended.</summary>
[WireEvent("commerce.personal_data_erased.v1", Streams.Users)]
public sealed record CommerceDataErasedNotice(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Orders);

[WireEvent("payment.personal_data_erased.v1", Streams.Users)]
public sealed record PaymentDataErasedNotice(Guid UserId, Guid ErasureId);

[WireEvent("content.personal_data_erased.v1", Streams.Users)]
public sealed record ContentDataErasedNotice(Guid UserId, Guid ErasureId);

[WireEvent("search.personal_data_erased.v1", Streams.Users)]
public sealed record SearchDataErasedNotice(Guid UserId, Guid ErasureId);
