using Aarya.Features.Commerce.Contracts;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders;

/// <summary>A refund failed: the order shows it, and staff can request the refund again.</summary>
public static class RecordFailedRefundHandler
{
    public static Events Handle(
        RefundFailedNotice failed,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        DateTimeOffset now) =>
        [.. order.FailRefund(failed.RefundId, failed.Code, now)];
}
