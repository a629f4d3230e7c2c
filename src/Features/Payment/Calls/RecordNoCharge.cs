using Aarya.Features.Payment.Payments;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>Records that the provider has no charge for a cancelled order. If one appears later, it is refunded.</summary>
public sealed record RecordNoCharge(Guid OrderId);

public static class RecordNoChargeHandler
{
    public static (Events, OutgoingMessages) Handle(
        RecordNoCharge record,
        [WriteAggregate(nameof(RecordNoCharge.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        PaymentMessages.Of(payment.Id, payment, payment.FactsOfNoCharge(now));
}
