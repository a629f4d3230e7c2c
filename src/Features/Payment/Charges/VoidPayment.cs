using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>Voids an authorised amount, or stops a payment before anything is captured. The order receives it as a decline.</summary>
public sealed record VoidPayment(Guid OrderId)
{
    public const string Reason = "voided_by_request";
}

public static class VoidPaymentHandler
{
    public static (Events, OutgoingMessages) Handle(
        VoidPayment command, [WriteAggregate(nameof(VoidPayment.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        PaymentMessages.Of(payment.Id, payment, payment.IsOpen ? OrderPayment.Cancel(payment, VoidPayment.Reason, now) : []);
}
