using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>Records the outcome of a refund.</summary>
/// <param name="ChargeNumber">The charge that it refunds, as the provider reports it; null for a refund that the shop requested.</param>
/// <param name="ChargeId">The provider's id of that charge.</param>
public sealed record RecordRefund(
    Guid OrderId, Guid RefundId, RefundReport Report, int Attempt = 1, int? ChargeNumber = null, string? ChargeId = null);

public static partial class RecordRefundHandler
{
    public static (Events, OutgoingMessages) Handle(
        RecordRefund record,
        [WriteAggregate(nameof(RecordRefund.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now,
        ILogger logger)
    {
        if (payment is null) return ([], []);
        // The refund was made in the provider's own dashboard and reported before its charge. The provider reports it only once, so the
        // message is repeated as long as the charge is open; every charge ends.
        if (payment.IsOpen && payment.Refunds.All(x => x.Id != record.RefundId))
            return ([], [(record with { Attempt = record.Attempt + 1 }).DelayedFor(RetryDelay.After(record.Attempt))]);
        var facts = payment.FactsOfRefund(record.RefundId, record.Report, now, record.ChargeNumber, record.ChargeId);
        if (facts.OfType<RefundDeclined>().Any(x => payment.Refunds.Any(y => y.Id == x.RefundId && y.ChargeId is not null)))
            LogChargedTwice(logger, payment.Id, record.Report.Code);
        return PaymentMessages.Of(payment.Id, payment, facts);
    }

    [LoggerMessage(LogLevel.Error,
        "An earlier charge of order {OrderId} was paid too, and the provider refused the refund ({Code}): refund it at the provider")]
    private static partial void LogChargedTwice(ILogger logger, Guid orderId, string? code);
}
