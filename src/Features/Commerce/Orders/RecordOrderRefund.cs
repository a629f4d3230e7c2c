using Aarya.Features.Commerce.Contracts;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders;

/// <summary>Money has gone back: what had not been shipped goes back on the shelf once nothing of the payment is left.</summary>
public static class RecordRefundHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        PaymentRefunded refunded,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        Consequences.OfAsync(session, order, order.GiveBack(refunded.RefundId, refunded.Amount, now), cancellation);
}
