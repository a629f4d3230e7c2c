using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders.Payments;

/// <summary>A refund failed: the order shows it, and staff can request the refund again.</summary>
public static class RecordFailedRefundHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        RefundFailedNotice failed,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        OrderMessages.OfAsync(session, order, order.FailRefund(failed.RefundId, failed.Code, now), cancellation);
}
