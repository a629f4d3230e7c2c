using Aarya.Features.Payment.Providers;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>Captures an authorised amount. The provider captures it once, even if the call is repeated.</summary>
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
