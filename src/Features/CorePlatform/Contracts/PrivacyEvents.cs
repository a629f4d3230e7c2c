using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>Somebody wants to see all that is held about them: every context sends its part.</summary>
[WireEvent("core.personal_data_asked.v1", Streams.Users)]
public sealed record PersonalDataAsked(Guid UserId, Guid ExportId, [property: Personal] string Email);

/// <summary>All of it can be fetched at the link until it expires.</summary>
[WireEvent("core.personal_data_ready.v1", Streams.Users)]
public sealed record PersonalDataReady(
    Guid UserId, Guid ExportId, [property: Personal] string Email, [property: Personal] string Name, [property: Personal] string Link, DateTimeOffset ExpiresAt);

/// <summary>Somebody is to be forgotten. Told twice: at once, and when commerce has said which orders were theirs; then everybody answers.</summary>
/// <param name="Orders">Null the first time.</param>
[WireEvent("core.user_erased.v1", Streams.Users)]
public sealed record UserErased(Guid UserId, Guid ErasureId, [property: Personal] string Email, IReadOnlyList<Guid>? Orders, DateTimeOffset At);

[WireEvent("commerce.personal_data_gathered.v1", Streams.Users)]
public sealed record CommerceDataGathered(Guid UserId, Guid ExportId, [property: Personal] string Json);

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
