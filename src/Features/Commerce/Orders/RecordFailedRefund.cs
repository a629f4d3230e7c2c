using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders;

/// <summary>Money could not go back: the order shows it, and the shop's people may ask for the refund again.</summary>
public static class RecordFailedRefundHandler
{
    public static Events Handle(
        Contracts.RefundFailed failed,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        DateTimeOffset now) =>
        [.. order.FailRefund(failed.RefundId, failed.Code, now)];
}
