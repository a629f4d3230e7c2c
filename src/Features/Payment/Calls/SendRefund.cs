using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>Calls the provider for a refund that has been recorded; see <see cref="SendCharge"/>.</summary>
public sealed record SendRefund(Guid OrderId, Guid RefundId, int Attempt);

public static class SendRefundHandler
{
    private const int MostAttempts = 50;

    public static async Task<OutgoingMessages> Handle(
        SendRefund send, [ReadAggregate(nameof(SendRefund.OrderId))] OrderPayment payment, IPaymentProvider provider,
        CancellationToken cancellation)
    {
        if (payment.Refunds.FirstOrDefault(x => x.Id == send.RefundId) is not { Status: RefundStatus.Pending } refund) return [];
        if ((refund.ChargeId ?? payment.ChargeId) is not { } charge) return [];
        try
        {
            var report = send.Attempt > 1 ? await provider.FindRefundAsync(refund.Id, cancellation) : null;
            report ??= await provider.RefundAsync(charge, refund.Amount, refund.Id, cancellation);
            return [new RecordRefund(payment.Id, refund.Id, report)];
        }
        catch (ProviderUnavailableException) when (send.Attempt < MostAttempts)
        {
            return [new SendRefund(payment.Id, refund.Id, send.Attempt + 1).DelayedFor(RetryDelay.After(send.Attempt))];
        }
        catch (ProviderUnavailableException)
        {
            // Reconciliation keeps asking.
            return [];
        }
    }
}
