using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// Money has arrived: the order is confirmed and what was held for it is sold. When it comes too late, is too little, or the
/// goods are no longer held, it goes back at once.
/// </summary>
public static class ConfirmPaidOrderHandler
{
    public static async Task<(Events, OutgoingMessages)> Handle(
        PaymentCaptured captured,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        var sold = order.IsConfirmedBy(captured.Amount) && await Stock.SellAsync(session, order.Id, cancellation);
        return await Consequences.OfAsync(session, order,
            order.Receive(captured.Amount, sold, Guid.CreateVersion7(now), now), cancellation);
    }
}
