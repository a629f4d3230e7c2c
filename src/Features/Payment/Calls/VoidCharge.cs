using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>Voids a charge that is no longer wanted, or finds out that it was captured and must be refunded.</summary>
public sealed record VoidCharge(Guid OrderId, int Attempt);

public static class VoidChargeHandler
{
    private const int MostAttempts = 50;

    public static async Task<OutgoingMessages> Handle(
        VoidCharge command, [ReadAggregate(nameof(VoidCharge.OrderId))] OrderPayment payment, IPaymentProvider provider,
        CancellationToken cancellation)
    {
        if (!(payment.IsUnwanted || payment.IsBeingReplaced) || payment.Status == PaymentStatus.Captured) return [];
        try
        {
            var report = await provider.FindChargeAsync(payment.Id, payment.ChargeNumber, cancellation);
            if (report is null) return [new RecordNoCharge(payment.Id)];
            if (report.ChargeId is { } id && payment.MustVoid(report)) report = await provider.VoidAsync(id, cancellation);
            return [new RecordCharge(payment.Id, report)];
        }
        catch (ProviderUnavailableException) when (command.Attempt < MostAttempts)
        {
            return [new VoidCharge(payment.Id, command.Attempt + 1).DelayedFor(RetryDelay.After(command.Attempt))];
        }
        catch (ProviderUnavailableException)
        {
            // Reconciliation keeps asking.
            return [];
        }
    }
}
