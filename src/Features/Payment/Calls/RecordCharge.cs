using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>Records the provider's report of an order's charge, whether by reply, by webhook or by reconciliation.</summary>
public sealed record RecordCharge(Guid OrderId, ChargeReport Report);

public static partial class RecordChargeHandler
{
    public static (Events, OutgoingMessages) Handle(
        RecordCharge record,
        [WriteAggregate(nameof(RecordCharge.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now,
        ILogger logger)
    {
        if (payment?.RequestedAt is null || payment.IsStray(record.Report))
        {
            LogStray(logger, record.OrderId, record.Report);
            return ([], []);
        }

        var (facts, messages) = PaymentMessages.Of(payment.Id, payment, payment.FactsOf(record.Report, now));
        if (payment.MustVoid(record.Report)) messages.Add(new VoidCharge(payment.Id, 1));
        return (facts, messages);
    }

    internal static void LogStray(ILogger logger, Guid orderId, ChargeReport report) =>
        LogStray(logger, report.ChargeId, orderId, report.State);

    [LoggerMessage(LogLevel.Error,
        "The provider reports charge {ChargeId} ({State}) for order {OrderId}, which this shop did not create: check it at the provider")]
    private static partial void LogStray(ILogger logger, string? chargeId, Guid orderId, ChargeState state);
}
