using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Payments;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Refunds;

/// <summary>Refunds money, once per id and never more than was captured.</summary>
/// <param name="Amount">Null for all that is left.</param>
public sealed record RequestRefund(Guid OrderId, Guid RefundId, Money? Amount, string Reason);

public static class RequestRefundHandler
{
    public static (Events, OutgoingMessages) Handle(
        RequestRefund request,
        [WriteAggregate(nameof(RequestRefund.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now) => payment is null
        ? ([], [new RefundFailedNotice(request.OrderId, request.RefundId, "not_captured", now)])
        : PaymentMessages.Of(payment.Id, payment, payment.StartRefund(request.RefundId, request.Amount, request.Reason, now));
}
