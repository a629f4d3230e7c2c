using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Pricing;
using JasperFx.Events;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders.Effects;

/// <summary>
/// Applies what follows from an order's new facts: stock changes and messages to other contexts, all in the transaction that appends the
/// facts. Every fact of an existing order is appended through here, so that no use case can forget what follows; a spec holds that.
/// </summary>
internal static class OrderMessages
{
    /// <summary>Appends the facts to the stream of the order, and returns the messages that follow.</summary>
    public static async Task<OutgoingMessages> AppendAsync(
        IDocumentSession session, IEventStream<Order> stream, IReadOnlyList<object> facts, CancellationToken cancellation)
    {
        var (events, news) = await OfAsync(session, stream.Aggregate!, facts, cancellation);
        stream.AppendMany([.. events]);
        return news;
    }

    /// <summary>The facts for the endpoint or handler to return, and the messages that follow.</summary>
    /// <param name="order">The order before the facts.</param>
    public static async Task<(Events, OutgoingMessages)> OfAsync(
        IDocumentSession session, Order order, IReadOnlyList<object> facts, CancellationToken cancellation)
    {
        foreach (var fact in facts) await MoveGoodsAsync(session, order, fact, cancellation);
        // The claim of a confirmed order ends when its goods leave the cart.
        if (order.AwaitsPayment && facts.Any(x => x is OrderCancelled)) CartClaims.Release(session, order.Id);
        if (order.AwaitsPayment && facts.Any(x => x is OrderCancelled or OrderConfirmed)) UnpaidOrders.Release(session, order.Id);
        OutgoingMessages news = [.. facts.Select(x => NewsOf(order, facts, x)).OfType<object>()];
        if (facts.Any(x => x is OrderConfirmed)) news.Add(TakeOrderedFromCart.Of(order));
        if (order.AwaitsPayment && facts.OfType<OrderHandedOver>().LastOrDefault() is { } handed)
            UnpaidOrders.HandOver(session, order.Id, handed.Subject);
        return ([.. facts], news);
    }

    private static Task MoveGoodsAsync(IDocumentSession session, Order order, object fact, CancellationToken cancellation) => fact switch
    {
        OrderCancelled when order.AwaitsPayment => Stock.ReleaseAsync(session, order.Id, cancellation),
        OrderCancelled when order.IsUnshipped => Stock.RestockAsync(session, order.Id, "cancelled", cancellation),
        OrderRefunded { Whole: true } when order.IsUnshipped => Stock.RestockAsync(session, order.Id, "refunded", cancellation),
        _ => Task.CompletedTask,
    };

    private static object? NewsOf(Order order, IReadOnlyList<object> facts, object fact) => fact switch
    {
        // The buyer is erased: other contexts receive nothing about them.
        not (RefundRequested or OrderHandedOver) when order.IsForgotten => null,
        OrderConfirmed confirmed => new OrderConfirmedNotice(order.Id, order.Number, order.Subject,
            order.Email, order.Totals.Total,
            LinesOf(order.Lines), order.ShippingAddress.Name, confirmed.At, order.Language, order.Origin?.Source, order.Origin?.DeviceName),
        // A decline that cancels the order is announced by the cancellation.
        PaymentDeclined declined => facts.Any(x => x is OrderCancelled) ? null : new OrderPaymentDeclinedNotice(
            order.Id, order.Number, order.Subject, order.Email, declined.Code, order.ChargeNumber, order.ExpiresAt, declined.At,
            order.Language),
        OrderCancelled cancelled =>
            new OrderCancelledNotice(order.Id, order.Number, order.Subject, order.Email, cancelled.Reason, cancelled.At, order.Language),
        RefundRequested requested =>
            new RefundRequestedNotice(order.Id, requested.RefundId, requested.Amount, requested.Reason, requested.At),
        OrderRefunded refunded =>
            new OrderRefundedNotice(order.Id, order.Number, order.Subject, order.Email, refunded.Amount,
                refunded.Whole, refunded.At, order.Language, order.Origin?.Source, order.Origin?.DeviceName),
        PaymentActionRequired required =>
            new OrderAwaitsActionNotice(order.Id, order.Number, order.Subject, order.ExpiresAt, required.At, order.Language),
        OrderPacked packed => new OrderPackedNotice(order.Id, order.Number, order.Subject, order.Email, packed.At, order.Language),
        OrderShipped shipped => new OrderShippedNotice(
            order.Id, order.Number, order.Subject, order.Email, shipped.Carrier, shipped.TrackingNumber, shipped.At,
            shipped.TrackingUrl, order.Language),
        OrderDelivered delivered =>
            new OrderDeliveredNotice(order.Id, order.Number, order.Subject, order.Email, delivered.At, order.Language),
        OrderHandedOver handed => new OrderHandedOverNotice(order.Id, order.Subject, handed.Subject, handed.At),
        _ => null,
    };

    public static IReadOnlyList<Contracts.OrderedLine> LinesOf(IReadOnlyList<OrderLine> lines) =>
        [.. lines.Select(x => new Contracts.OrderedLine(x.Sku, x.Name, x.Quantity, x.UnitPrice))];
}
