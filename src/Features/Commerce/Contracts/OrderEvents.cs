using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Commerce.Contracts;

public sealed record OrderedLine(string Sku, string Name, int Quantity, Money UnitPrice);

/// <summary>An order was placed; it waits for its payment until it expires.</summary>
[WireEvent("commerce.order_placed.v1", Streams.Orders)]
public sealed record OrderPlacedNotice(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, Money Total, IReadOnlyList<OrderedLine> Lines,
    string PaymentToken, DateTimeOffset PlacedAt, DateTimeOffset ExpiresAt);

/// <summary>The shopper pays an order with another token.</summary>
/// <param name="ChargeNumber">2 for the second token, and so on.</param>
[WireEvent("commerce.payment_retried.v1", Streams.Orders)]
public sealed record PaymentRetriedNotice(
    Guid OrderId, int ChargeNumber, Guid Subject, [property: Personal] string Email, string PaymentToken, DateTimeOffset At);

/// <summary>A payment was declined; the order can be paid with another token until it expires.</summary>
[WireEvent("commerce.payment_declined.v1", Streams.Orders)]
public sealed record OrderPaymentDeclinedNotice(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, string Code, int ChargeNumber,
    DateTimeOffset ExpiresAt, DateTimeOffset At, string? Language = null);

/// <summary>An order is paid and its goods are sold.</summary>
/// <param name="Source">Where the visit came from; null when it is not known.</param>
/// <param name="Device">The kind of the visitor's device; null when it is not known.</param>
[WireEvent("commerce.order_confirmed.v1", Streams.Orders)]
public sealed record OrderConfirmedNotice(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, Money Total, IReadOnlyList<OrderedLine> Lines,
    [property: Personal] string ShippingName, DateTimeOffset At, string? Language = null, string? Source = null, string? Device = null);

/// <summary>An order was cancelled. Payment voids or refunds its charge; nothing else refunds a cancelled order.</summary>
[WireEvent("commerce.order_cancelled.v1", Streams.Orders)]
public sealed record OrderCancelledNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email,
    string Reason, DateTimeOffset At, string? Language = null);

/// <summary>Staff requested a refund.</summary>
/// <param name="Amount">Null for all that has not been refunded yet.</param>
[WireEvent("commerce.refund_requested.v1", Streams.Orders)]
public sealed record RefundRequestedNotice(Guid OrderId, Guid RefundId, Money? Amount, string Reason, DateTimeOffset At);

/// <summary>Money was refunded.</summary>
/// <param name="Whole">True when the whole payment is refunded.</param>
/// <param name="Source">Where the visit of the order came from; null when it is not known.</param>
/// <param name="Device">The kind of the visitor's device; null when it is not known.</param>
[WireEvent("commerce.order_refunded.v1", Streams.Orders)]
public sealed record OrderRefundedNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, Money Amount,
    bool Whole, DateTimeOffset At, string? Language = null, string? Source = null, string? Device = null);

/// <summary>The shopper's bank requires a step by the shopper, such as 3-D Secure, before the order can be paid.</summary>
[WireEvent("commerce.payment_action_required.v1", Streams.Orders)]
public sealed record OrderAwaitsActionNotice(Guid OrderId, string Number, Guid Subject, DateTimeOffset ExpiresAt,
    DateTimeOffset At, string? Language = null);

/// <summary>The order was packed.</summary>
[WireEvent("commerce.order_packed.v1", Streams.Orders)]
public sealed record OrderPackedNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email,
    DateTimeOffset At, string? Language = null);

/// <summary>A carrier has picked up the order.</summary>
[WireEvent("commerce.order_shipped.v1", Streams.Orders)]
public sealed record OrderShippedNotice(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, string Carrier, string TrackingNumber,
    DateTimeOffset At, string? TrackingUrl = null, string? Language = null);

/// <summary>The order was delivered.</summary>
[WireEvent("commerce.order_delivered.v1", Streams.Orders)]
public sealed record OrderDeliveredNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email,
    DateTimeOffset At, string? Language = null);

/// <summary>An order has a new owner: its guest signed in, or an account verified the order's e-mail address.</summary>
[WireEvent("commerce.order_handed_over.v1", Streams.Orders)]
public sealed record OrderHandedOverNotice(Guid OrderId, Guid From, Guid To, DateTimeOffset At);

/// <summary>A link to an order was requested, to be mailed to the order's address.</summary>
/// <param name="LinkId">One per mail.</param>
/// <param name="Link">Contains a token: only the reader of that mail may see it.</param>
[WireEvent("commerce.order_link_asked.v1", Streams.Orders)]
public sealed record OrderLinkAskedNotice(
    Guid OrderId, Guid LinkId, string Number, Guid Subject, [property: Personal] string Email, [property: Personal] string ShippingName,
    [property: Personal] string Link, DateTimeOffset At, string? Language = null)
{
    public override string ToString() => $"{nameof(OrderLinkAskedNotice)} {LinkId}";
}
