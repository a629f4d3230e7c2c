using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Providers;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Refunds;

/// <summary>Gives money back, once an id and never more than was taken.</summary>
/// <param name="Amount">Null for all that is left.</param>
public sealed record RequestRefund(Guid OrderId, Guid RefundId, Money? Amount, string Reason);

public static class RequestRefundHandler
{
    public static (Events, OutgoingMessages) Handle(
        RequestRefund request,
        [WriteAggregate(nameof(RequestRefund.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now) => payment is null
        ? ([], [new RefundFailed(request.OrderId, request.RefundId, "not_captured", now)])
        : Consequences.Of(payment.Id, payment, payment.StartRefund(request.RefundId, request.Amount, request.Reason, now));
}

public static class RefundRequestedHandler
{
    public static (Events, OutgoingMessages) Handle(
        RefundRequested asked,
        [WriteAggregate(nameof(RefundRequested.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now) => RequestRefundHandler.Handle(new(asked.OrderId, asked.RefundId, asked.Amount, asked.Reason), payment, now);
}

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
            return [new SendRefund(payment.Id, refund.Id, send.Attempt + 1).DelayedFor(Patience.After(send.Attempt))];
        }
        catch (ProviderUnavailableException)
        {
            // Reconciliation goes on asking.
            return [];
        }
    }
}

/// <summary>Takes note of how a refund ended.</summary>
/// <param name="ChargeNumber">Which of the order's charges the provider says that it gives back; null for one that the shop asked
/// for.</param>
public sealed record RecordRefund(Guid OrderId, Guid RefundId, RefundReport Report, int Attempt = 1, int? ChargeNumber = null);

public static partial class RecordRefundHandler
{
    public static (Events, OutgoingMessages) Handle(
        RecordRefund record,
        [WriteAggregate(nameof(RecordRefund.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now,
        ILogger logger)
    {
        if (payment is null) return ([], []);
        // Made at the provider's own desk and reported before the charge that it gives back. The provider reports it once, so it waits as
        // long as the charge is open; every charge is settled in the end.
        if (payment.IsOpen && payment.Refunds.All(x => x.Id != record.RefundId))
            return ([], [(record with { Attempt = record.Attempt + 1 }).DelayedFor(Patience.After(record.Attempt))]);
        var facts = payment.HearOfRefund(record.RefundId, record.Report, now, record.ChargeNumber);
        if (facts.OfType<RefundDeclined>().Any(x => payment.Refunds.Any(y => y.Id == x.RefundId && y.ChargeId is not null)))
            LogChargedTwice(logger, payment.Id, record.Report.Code);
        return Consequences.Of(payment.Id, payment, facts);
    }

    [LoggerMessage(LogLevel.Error,
        "An earlier charge of order {OrderId} was paid too, and the provider refused to give it back ({Code}): refund it there")]
    private static partial void LogChargedTwice(ILogger logger, Guid orderId, string? code);
}
