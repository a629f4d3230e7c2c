using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Payments;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>
/// The order was cancelled: voids its charge, or refunds what was captured. <see cref="OrderPayment.Cancel"/> alone decides on the refund
/// of a cancelled order. The message may arrive before the order's.
/// </summary>
public static class CancelPaymentHandler
{
    public static (Events, OutgoingMessages) Handle(
        OrderCancelledNotice cancelled,
        [WriteAggregate(nameof(OrderCancelledNotice.OrderId), Required = false,
            LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now) =>
        PaymentMessages.Of(cancelled.OrderId, payment, OrderPayment.Cancel(payment, cancelled.Reason, now));
}
