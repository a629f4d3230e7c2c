using Aarya.Features.Payment.Providers;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>
/// Calls the provider for an attempt that has been recorded. It records nothing itself: the answer travels on as a message of
/// its own, so no transaction is open while the provider thinks, and a crash in between only asks again under the same key.
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
            // An earlier attempt may have got through although its answer did not.
            var report = send.Attempt > 1 ? await provider.FindChargeAsync(payment.Id, payment.ChargeNumber, cancellation) : null;
            report ??= await provider.ChargeAsync(
                payment.Id, payment.ChargeNumber, payment.Amount, payment.Token, !payment.CaptureLater, cancellation);
            return [new RecordCharge(payment.Id, report)];
        }
        catch (ProviderUnavailableException)
        {
            return [new AttemptCharge(payment.Id).DelayedFor(Patience.After(send.Attempt))];
        }
    }
}

/// <summary>Tries a charge again whose outcome is unknown, until the order expires.</summary>
public sealed record AttemptCharge(Guid OrderId);

public static class AttemptChargeHandler
{
    public static (Events, OutgoingMessages) Handle(
        AttemptCharge attempt, [WriteAggregate(nameof(AttemptCharge.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        Consequences.Of(payment.Id, payment, payment.AttemptAgain(now));
}
