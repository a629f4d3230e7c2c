using System.Text.Json.Serialization;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Content.Contracts;

public sealed record OrderedLine(string Sku, string Name, int Quantity, Money UnitPrice)
{
    [JsonIgnore]
    public Money LineTotal => UnitPrice * Quantity;
}

/// <summary>The order is paid for: the shop will send it.</summary>
[WireEvent("commerce.order_confirmed.v1", Streams.Orders)]
public sealed record OrderConfirmedNotice(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, Money Total, IReadOnlyList<OrderedLine> Lines,
    [property: Personal] string ShippingName, DateTimeOffset At, string? Language = null);

/// <summary>A payment was declined; the order can be paid another way until it expires.</summary>
/// <param name="ChargeNumber">The number of this attempt to pay, from 1 on.</param>
[WireEvent("commerce.payment_declined.v1", Streams.Orders)]
public sealed record OrderPaymentDeclinedNotice(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, int ChargeNumber,
    DateTimeOffset ExpiresAt, DateTimeOffset At, string? Language = null);

[WireEvent("commerce.order_cancelled.v1", Streams.Orders)]
public sealed record OrderCancelledNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email,
    string Reason, DateTimeOffset At, string? Language = null);

/// <param name="Whole">True when the whole price of the order has been refunded.</param>
[WireEvent("commerce.order_refunded.v1", Streams.Orders)]
public sealed record OrderRefundedNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, Money Amount,
    bool Whole, DateTimeOffset At, string? Language = null);

/// <summary>The shopper's bank requires a step by the shopper before the order can be paid.</summary>
/// <param name="ExpiresAt">Until then the goods are reserved.</param>
[WireEvent("commerce.payment_action_required.v1", Streams.Orders)]
public sealed record OrderAwaitsActionNotice(Guid OrderId, string Number, Guid Subject, DateTimeOffset ExpiresAt,
    DateTimeOffset At, string? Language = null);

[WireEvent("commerce.order_packed.v1", Streams.Orders)]
public sealed record OrderPackedNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email,
    DateTimeOffset At, string? Language = null);

[WireEvent("commerce.order_shipped.v1", Streams.Orders)]
public sealed record OrderShippedNotice(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, string Carrier, string TrackingNumber,
    DateTimeOffset At, string? TrackingUrl = null, string? Language = null);

[WireEvent("commerce.order_delivered.v1", Streams.Orders)]
public sealed record OrderDeliveredNotice(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email,
    DateTimeOffset At, string? Language = null);

/// <summary>An order has a new owner.</summary>
[WireEvent("commerce.order_handed_over.v1", Streams.Orders)]
public sealed record OrderHandedOverNotice(Guid OrderId, Guid From, Guid To, DateTimeOffset At);

/// <summary>A link to an order was requested, to be mailed to the order's address.</summary>
/// <param name="LinkId">One per mail.</param>
/// <param name="Link">Contains a token: only the reader of the mail may have it.</param>
[WireEvent("commerce.order_link_asked.v1", Streams.Orders)]
public sealed record OrderLinkAskedNotice(
    Guid OrderId, Guid LinkId, string Number, Guid Subject, [property: Personal] string Email, [property: Personal] string ShippingName,
    [property: Personal] string Link, DateTimeOffset At, string? Language = null)
{
    public override string ToString() => $"{nameof(OrderLinkAskedNotice)} {LinkId}";
}
