using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.CorePlatform.Contracts;

/// <summary>A member of staff acted in commerce.</summary>
[WireEvent("commerce.staff_acted.v1", Streams.Audit)]
public sealed record CommerceActedNotice(Guid ActId, StaffAct Act);

/// <summary>A member of staff acted in payment.</summary>
[WireEvent("payment.staff_acted.v1", Streams.Audit)]
public sealed record PaymentActedNotice(Guid ActId, StaffAct Act);

/// <summary>A member of staff acted in search.</summary>
[WireEvent("search.staff_acted.v1", Streams.Audit)]
public sealed record SearchActedNotice(Guid ActId, StaffAct Act);

/// <summary>A member of staff acted in content.</summary>
[WireEvent("content.staff_acted.v1", Streams.Audit)]
public sealed record ContentActedNotice(Guid ActId, StaffAct Act);
