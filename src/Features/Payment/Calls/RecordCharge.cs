using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Marten;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>Records the provider's report of an order's charge, whether by reply, by webhook or by reconciliation.</summary>
public sealed record RecordCharge(Guid OrderId, ChargeReport Report);

public static class RecordChargeHandler
{
    public static (Events, OutgoingMessages) Handle(
        RecordCharge record,
        [WriteAggregate(nameof(RecordCharge.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        DateTimeOffset now,
        IDocumentSession session,
        ILogger logger)
    {
        if (StrayCharges.IsStray(payment, record.Report))
        {
            StrayCharges.Note(session, record.OrderId, record.Report, refund: null, logger);
            return ([], []);
        }

        var (facts, messages) = PaymentMessages.Of(payment.Id, payment, payment.FactsOf(record.Report, now));
        if (payment.MustVoid(record.Report)) messages.Add(new VoidCharge(payment.Id, 1));
        return (facts, messages);
    }
}
