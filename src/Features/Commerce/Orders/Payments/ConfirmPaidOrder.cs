using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Orders.Effects;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders.Payments;

/// <summary>
/// A payment was captured: confirms the order and sells its reserved goods. If the payment is too late or too small, or the goods are no
/// longer reserved, the order is cancelled and payment refunds it. A payment that payment already refunds is only recorded.
/// </summary>
public static class ConfirmPaidOrderHandler
{
    public static async Task<(Events, OutgoingMessages)> Handle(
        PaymentCapturedNotice captured,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (captured.IsUnwanted)
            return await OrderMessages.OfAsync(session, order, order.ReceiveUnwanted(captured.Amount, now), cancellation);
        var sold = order.IsConfirmedBy(captured.Amount) && await Stock.SellAsync(session, order.Id, cancellation);
        return await OrderMessages.OfAsync(session, order, order.Receive(captured.Amount, sold, now), cancellation);
    }
}
