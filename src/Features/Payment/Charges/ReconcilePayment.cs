using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>Asks the provider about a payment that has not changed for too long, and continues it.</summary>
public sealed record ReconcilePayment(Guid OrderId);

public static class ReconcilePaymentHandler
{
    // The time for a call and its retry; if it takes longer, the message was lost.
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(3);

    public static async Task<OutgoingMessages> Handle(
        ReconcilePayment reconcile, [ReadAggregate(nameof(ReconcilePayment.OrderId))] OrderPayment payment, IPaymentProvider provider,
        DateTimeOffset now, CancellationToken cancellation)
    {
        OutgoingMessages next =
            [.. payment.Refunds.Where(x => x.Status == RefundStatus.Pending).Select(x => new SendRefund(payment.Id, x.Id, Attempt: 2))];
        if (payment.Status == PaymentStatus.Captured || payment.WatchUntil is null) return next;
        try
        {
            var report = await provider.FindChargeAsync(payment.Id, payment.ChargeNumber, cancellation);
            next.Add(report is not null ? new RecordCharge(payment.Id, report) : new RecordNoCharge(payment.Id, now));
            if (report is null && payment.AwaitsAnswer && now - payment.ChangedAt > Stuck) next.Add(new AttemptCharge(payment.Id));
        }
        catch (ProviderUnavailableException)
        {
            // The next round asks again.
        }

        return next;
    }
}
