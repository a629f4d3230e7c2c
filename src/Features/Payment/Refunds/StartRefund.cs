using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Payments;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Refunds;

public static class StartRefundHandler
{
    public static (Events, OutgoingMessages) Handle(
        RefundRequestedNotice asked,
        [WriteAggregate(nameof(RefundRequestedNotice.OrderId), Required = false,
            LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now) => RequestRefundHandler.Handle(new(asked.OrderId, asked.RefundId, asked.Amount, asked.Reason), payment, now);
}
