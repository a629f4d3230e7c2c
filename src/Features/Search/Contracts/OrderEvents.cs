using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Search.Contracts;

/// <param name="Quantity">In pieces.</param>
public sealed record BoughtLine(string Sku, int Quantity);

/// <summary>A shopper has paid for an order.</summary>
[WireEvent("commerce.order_confirmed.v1", Streams.Orders)]
public sealed record OrderConfirmedNotice(Guid OrderId, Guid Subject, IReadOnlyList<BoughtLine> Lines, DateTimeOffset At);

/// <summary>An order was cancelled, perhaps before it was paid.</summary>
[WireEvent("commerce.order_cancelled.v1", Streams.Orders)]
public sealed record OrderCancelledNotice(Guid OrderId);

/// <summary>An order was refunded, in full or in part.</summary>
/// <param name="Whole">True when the whole price of the order has been refunded.</param>
[WireEvent("commerce.order_refunded.v1", Streams.Orders)]
public sealed record OrderRefundedNotice(Guid OrderId, bool Whole);

/// <summary>An order has a new owner.</summary>
/// <param name="To">The subject of the account that owns the order from now on.</param>
[WireEvent("commerce.order_handed_over.v1", Streams.Orders)]
public sealed record OrderHandedOverNotice(Guid OrderId, Guid To);
