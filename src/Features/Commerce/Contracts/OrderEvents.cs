using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Commerce.Contracts;

public sealed record OrderedLine(string Sku, string Name, int Quantity, Money UnitPrice);

/// <summary>An order waits for its payment until it expires.</summary>
[WireEvent("commerce.order_placed.v1", Streams.Orders)]
public sealed record OrderPlaced(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, Money Total, IReadOnlyList<OrderedLine> Lines,
    string PaymentToken, DateTimeOffset PlacedAt, DateTimeOffset ExpiresAt);

/// <summary>The shopper pays an order another way than before.</summary>
/// <param name="ChargeNumber">2 for the second way, and so on.</param>
[WireEvent("commerce.payment_retried.v1", Streams.Orders)]
public sealed record PaymentRetried(
    Guid OrderId, int ChargeNumber, Guid Subject, [property: Personal] string Email, string PaymentToken, DateTimeOffset At);

/// <summary>A payment was declined; the order can be paid another way until it expires.</summary>
[WireEvent("commerce.payment_declined.v1", Streams.Orders)]
public sealed record OrderPaymentDeclined(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, string Code, int ChargeNumber,
    DateTimeOffset ExpiresAt, DateTimeOffset At);

/// <summary>An order is paid and its goods are sold.</summary>
[WireEvent("commerce.order_confirmed.v1", Streams.Orders)]
public sealed record OrderConfirmed(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, Money Total, IReadOnlyList<OrderedLine> Lines,
    [property: Personal] string ShippingName, DateTimeOffset At);

/// <summary>An order came to nothing. Payment lets go of what it holds for it.</summary>
[WireEvent("commerce.order_cancelled.v1", Streams.Orders)]
public sealed record OrderCancelled(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email,
    string Reason, DateTimeOffset At);

/// <summary>Money is to be given back.</summary>
/// <param name="Amount">Null: all that has not been given back yet.</param>
[WireEvent("commerce.refund_requested.v1", Streams.Orders)]
public sealed record RefundRequested(Guid OrderId, Guid RefundId, Money? Amount, string Reason, DateTimeOffset At);

/// <summary>Money was given back.</summary>
/// <param name="Whole">True when nothing of what was paid is left.</param>
[WireEvent("commerce.order_refunded.v1", Streams.Orders)]
public sealed record OrderRefunded(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, Money Amount,
    bool Whole, DateTimeOffset At);

/// <summary>The shopper's bank asks for a step of the shopper's own, such as 3-D Secure, before the order can be paid.</summary>
[WireEvent("commerce.payment_action_required.v1", Streams.Orders)]
public sealed record OrderAwaitsAction(Guid OrderId, string Number, Guid Subject, DateTimeOffset ExpiresAt, DateTimeOffset At);

/// <summary>The goods are in their box.</summary>
[WireEvent("commerce.order_packed.v1", Streams.Orders)]
public sealed record OrderPacked(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, DateTimeOffset At);

/// <summary>A carrier has taken the box.</summary>
[WireEvent("commerce.order_shipped.v1", Streams.Orders)]
public sealed record OrderShipped(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, string Carrier, string TrackingNumber, DateTimeOffset At);

/// <summary>The box has reached the shopper.</summary>
[WireEvent("commerce.order_delivered.v1", Streams.Orders)]
public sealed record OrderDelivered(Guid OrderId, string Number, Guid Subject, [property: Personal] string Email, DateTimeOffset At);

/// <summary>An order has another owner from now on: the guest signed in, or an account has verified the order's address.</summary>
[WireEvent("commerce.order_handed_over.v1", Streams.Orders)]
public sealed record OrderHandedOver(Guid OrderId, Guid From, Guid To, DateTimeOffset At);

/// <summary>The owner of an order's address asked for a look at it.</summary>
/// <param name="LinkId">One for one mail.</param>
/// <param name="Link">Carries a token: it is nobody's but the reader's of that mail.</param>
[WireEvent("commerce.order_link_asked.v1", Streams.Orders)]
public sealed record OrderLinkAsked(
    Guid OrderId, Guid LinkId, string Number, Guid Subject, [property: Personal] string Email, [property: Personal] string ShippingName,
    [property: Personal] string Link, DateTimeOffset At)
{
    public override string ToString() => $"{nameof(OrderLinkAsked)} {LinkId}";
}
