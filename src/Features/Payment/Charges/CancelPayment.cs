using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Providers;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>
/// The order wants no money any more: what is held is let go, what was taken goes back. It may be heard of before the order itself.
/// </summary>
public static class OrderCancelledHandler
{
    public static (Events, OutgoingMessages) Handle(
        OrderCancelled cancelled,
        [WriteAggregate(nameof(OrderCancelled.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now) =>
        Consequences.Of(cancelled.OrderId, payment, OrderPayment.Cancel(payment, cancelled.Reason, now));
}

/// <summary>Lets go of a charge that nobody wants, or learns that it was taken and has to go back.</summary>
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
            if (report.ChargeId is { } id && payment.MustLetGo(report)) report = await provider.VoidAsync(id, cancellation);
            return [new RecordCharge(payment.Id, report)];
        }
        catch (ProviderUnavailableException) when (command.Attempt < MostAttempts)
        {
            return [new VoidCharge(payment.Id, command.Attempt + 1).DelayedFor(Patience.After(command.Attempt))];
        }
        catch (ProviderUnavailableException)
        {
            // Reconciliation goes on asking.
            return [];
        }
    }
}

/// <summary>Takes note that the provider knows no charge of a cancelled order. Should one turn up yet, it goes back.</summary>
public sealed record RecordNoCharge(Guid OrderId);

public static class RecordNoChargeHandler
{
    public static (Events, OutgoingMessages) Handle(
        RecordNoCharge record,
        [WriteAggregate(nameof(RecordNoCharge.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        Consequences.Of(payment.Id, payment, payment.HearOfNoCharge(now));
}

/// <summary>Gives a cancelled order's money back where nobody has asked for it.</summary>
public sealed record GiveBackCancelled(Guid OrderId);

public static class GiveBackCancelledHandler
{
    public static (Events, OutgoingMessages) Handle(
        GiveBackCancelled command,
        [WriteAggregate(nameof(GiveBackCancelled.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        Consequences.Of(payment.Id, payment, payment.GiveBackCancelled(now));
}
