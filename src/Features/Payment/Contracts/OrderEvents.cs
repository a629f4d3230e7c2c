using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Payment.Contracts;

public sealed record OrderedLine(string Sku, string Name, int Quantity, Money UnitPrice);

/// <summary>An order was placed; it waits for its payment until it expires.</summary>
[WireEvent("commerce.order_placed.v1", Streams.Orders)]
public sealed record OrderPlacedNotice(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string? Email, Money Total, IReadOnlyList<OrderedLine> Lines,
    string PaymentToken, DateTimeOffset PlacedAt, DateTimeOffset ExpiresAt);

/// <summary>The shopper pays an order with another token.</summary>
/// <param name="ChargeNumber">2 for the second token, and so on.</param>
[WireEvent("commerce.payment_retried.v1", Streams.Orders)]
public sealed record PaymentRetriedNotice(
    Guid OrderId, int ChargeNumber, Guid Subject, [property: Personal] string? Email, string PaymentToken, DateTimeOffset At);

/// <summary>An order was cancelled: it no longer needs a payment.</summary>
[WireEvent("commerce.order_cancelled.v1", Streams.Orders)]
public sealed record OrderCancelledNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string? Email,
    string Reason, DateTimeOffset At);

/// <summary>Staff requested a refund.</summary>
/// <param name="Amount">Null for all that is left.</param>
[WireEvent("commerce.refund_requested.v1", Streams.Orders)]
public sealed record RefundRequestedNotice(Guid OrderId, Guid RefundId, Money? Amount, string Reason, DateTimeOffset At);

/// <summary>An order has a new owner.</summary>
[WireEvent("commerce.order_handed_over.v1", Streams.Orders)]
public sealed record OrderHandedOverNotice(Guid OrderId, Guid From, Guid To, DateTimeOffset At);
