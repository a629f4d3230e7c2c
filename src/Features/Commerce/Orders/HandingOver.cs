using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Contracts;
using JasperFx.Events;
using Marten;

namespace Aarya.Features.Commerce.Orders;

internal static class HandingOver
{
    /// <summary>Records the order's new owner, and returns the events for other contexts.</summary>
    public static IEnumerable<object> HandOver(
        this IEventStream<Order> stream, IDocumentSession session, Order order, Guid subject, DateTimeOffset now)
    {
        var facts = order.HandOver(subject, now);
        if (facts.Count > 0 && order.AwaitsPayment) UnpaidOrders.HandOver(session, order.Id, subject);
        stream.AppendMany(facts);
        return facts.Select(_ => new OrderHandedOverNotice(order.Id, order.Subject, subject, now)).ToList();
    }
}
