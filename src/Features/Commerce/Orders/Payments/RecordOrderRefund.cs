using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders.Payments;

/// <summary>A refund succeeded: an unshipped order is restocked once its whole payment is refunded.</summary>
public static class RecordOrderRefundHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        PaymentRefundedNotice refunded,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        OrderMessages.OfAsync(session, order, order.GiveBack(refunded.RefundId, refunded.Amount, now), cancellation);
}
