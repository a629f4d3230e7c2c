using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>
/// Calls the provider for a recorded attempt. It records nothing itself: the answer is sent on as a message, so no transaction is open
/// during the call, and after a crash the call is repeated under the same key.
/// </summary>
public sealed record SendCharge(Guid OrderId, int Attempt);

public static class SendChargeHandler
{
    public static async Task<OutgoingMessages> Handle(
        SendCharge send, [ReadAggregate(nameof(SendCharge.OrderId))] OrderPayment payment, IPaymentProvider provider,
        CancellationToken cancellation)
    {
        if (!payment.AwaitsAnswer) return [];
        try
        {
            // An earlier attempt may have succeeded although its answer was lost.
            var report = send.Attempt > 1 ? await provider.FindChargeAsync(payment.Id, payment.ChargeNumber, cancellation) : null;
            report ??= await provider.ChargeAsync(
                payment.Id, payment.ChargeNumber, payment.Amount, payment.Token, cancellation);
            return [new RecordCharge(payment.Id, report)];
        }
        catch (ProviderUnavailableException)
        {
            return [new AttemptCharge(payment.Id).DelayedFor(RetryDelay.After(send.Attempt))];
        }
    }
}
