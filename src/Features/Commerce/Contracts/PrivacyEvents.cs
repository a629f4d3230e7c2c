using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>A user requested an export of their data. Sent twice: at once, and again when their orders are known.</summary>
/// <param name="Guests">The guest ids that they had before they signed in.</param>
/// <param name="Orders">Null the first time, which only commerce answers.</param>
[WireEvent("core.personal_data_asked.v1", Streams.Users)]
public sealed record PersonalDataAskedNotice(Guid UserId, Guid ExportId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

/// <summary>What this context stores about them.</summary>
/// <param name="Json">In the form of the API's answers.</param>
[WireEvent("commerce.personal_data_gathered.v1", Streams.Users)]
public sealed record PersonalDataGatheredNotice(Guid UserId, Guid ExportId, [property: Personal] string Json, IReadOnlyList<Guid> Orders);

/// <summary>A user is to be erased. Sent twice per round: at once, and again when their orders are known.</summary>
/// <param name="Guests">The guest ids that they had before they signed in.</param>
/// <param name="Orders">Null the first time, which only commerce answers.</param>
[WireEvent("core.user_erased.v1", Streams.Users)]
public sealed record UserErasedNotice(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Guests, IReadOnlyList<Guid>? Orders);

/// <summary>This context has erased their data.</summary>
[WireEvent("commerce.personal_data_erased.v1", Streams.Users)]
public sealed record PersonalDataErasedNotice(Guid UserId, Guid ErasureId, IReadOnlyList<Guid> Orders);
