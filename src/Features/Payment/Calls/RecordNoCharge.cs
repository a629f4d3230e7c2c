using Aarya.Features.Payment.Payments;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>
/// Records that the provider has no charge for an order, which ends the payment of a cancelled one. If a charge appears later, it is
/// refunded.
/// </summary>
/// <param name="AskedAt">When the provider was asked; null in a message of an earlier version.</param>
public sealed record RecordNoCharge(Guid OrderId, DateTimeOffset? AskedAt = null);

public static class RecordNoChargeHandler
{
    public static void Before(RecordNoCharge record, IDocumentSession session, DateTimeOffset now) =>
        session.QueueSqlCommand("update payment.reconciliation set found_none_at = greatest(found_none_at, ?) where order_id = ?",
            record.AskedAt ?? now, record.OrderId);

    public static (Events, OutgoingMessages) Handle(
        RecordNoCharge record,
        [WriteAggregate(nameof(RecordNoCharge.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        PaymentMessages.Of(payment.Id, payment, payment.FactsOfNoCharge(now));
}
