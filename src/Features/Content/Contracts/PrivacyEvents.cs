using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Content.Contracts;

/// <summary>
/// A person requested all data that is stored about them. Published twice: at once, and when the person's orders are known.
/// </summary>
/// <param name="Guests">The ids that the person had as a guest.</param>
/// <param name="Orders">Null the first time, when only commerce answers.</param>
[WireEvent("core.personal_data_asked.v1", Streams.Users)]
public sealed record PersonalDataAskedNotice(Guid UserId, Guid ExportId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

/// <summary>What this context stores about the person.</summary>
/// <param name="Json">In the form of the API.</param>
[WireEvent("content.personal_data_gathered.v1", Streams.Users)]
public sealed record PersonalDataGatheredNotice(Guid UserId, Guid ExportId, [property: Personal] string Json);

/// <summary>A person's data is to be erased. Published twice per round: at once, and when the person's orders are known.</summary>
/// <param name="Guests">The ids that the person had as a guest.</param>
/// <param name="Orders">Null the first time, when only commerce answers.</param>
[WireEvent("core.user_erased.v1", Streams.Users)]
public sealed record UserErasedNotice(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

/// <summary>This context has erased the person's data.</summary>
[WireEvent("content.personal_data_erased.v1", Streams.Users)]
public sealed record PersonalDataErasedNotice(Guid UserId, Guid ErasureId);

/// <summary>A person's export can be fetched at the link until it expires.</summary>
[WireEvent("core.personal_data_ready.v1", Streams.Users)]
public sealed record PersonalDataReadyNotice(
    Guid UserId, Guid ExportId, [property: Personal] string Email, [property: Personal] string Name, [property: Personal] string Link,
    DateTimeOffset ExpiresAt, string? Language = null);
