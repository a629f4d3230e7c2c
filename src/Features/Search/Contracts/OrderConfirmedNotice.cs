using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Search.Contracts;

public sealed record BoughtLine(string Sku, int Quantity);

/// <summary>A shopper has paid for an order.</summary>
[WireEvent("commerce.order_confirmed.v1", Streams.Orders)]
public sealed record OrderConfirmedNotice(Guid OrderId, Guid Subject, IReadOnlyList<BoughtLine> Lines, DateTimeOffset At);
