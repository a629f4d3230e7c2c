using Aarya.Features.Payment.Providers;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>Takes an authorised amount. The provider takes it once, however often it is asked.</summary>
public sealed record CapturePayment(Guid OrderId);

public static class CapturePaymentHandler
{
    public static async Task<OutgoingMessages> Handle(
        CapturePayment capture, [ReadAggregate(nameof(CapturePayment.OrderId))] OrderPayment payment, IPaymentProvider provider,
        CancellationToken cancellation) =>
        payment is { Status: PaymentStatus.Authorised, CancelReason: null, ChargeId: { } charge }
            ? [new RecordCharge(payment.Id, await provider.CaptureAsync(charge, cancellation))]
            : [];
}

/// <summary>Lets an authorised amount go, or stops a payment before anything is taken. The order hears of it as declined.</summary>
public sealed record VoidPayment(Guid OrderId)
{
    public const string Reason = "voided_by_request";
}

public static class VoidPaymentHandler
{
    public static (Events, OutgoingMessages) Handle(
        VoidPayment command, [WriteAggregate(nameof(VoidPayment.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        Consequences.Of(payment.Id, payment, payment.IsOpen ? OrderPayment.Cancel(payment, VoidPayment.Reason, now) : []);
}
