using Aarya.Features;
using Aarya.Specs.Streams.Orders.Contracts;
using Marten;

namespace Aarya.Specs.Streams.Orders;

/// <param name="Note">What its readers, or this context itself, do with the order: see <see cref="Fate"/>.</param>
public sealed record PlaceOrder(Guid OrderId, int Number, string Note);

public static class PlaceOrderHandler
{
    public static OrderPlaced Handle(PlaceOrder order, IDocumentSession session)
    {
        Effect.Record(session, "commerce", "placed", order.OrderId);
        Fate.Befalls(session, "commerce", order.Note);
        return new(order.OrderId, order.Number, Money.Rupees(order.Number), order.Note, DateTimeOffset.UtcNow);
    }
}
