using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>Refunds a cancelled order's payment when no refund was requested.</summary>
public sealed record GiveBackCancelled(Guid OrderId);

public static class GiveBackCancelledHandler
{
    public static (Events, OutgoingMessages) Handle(
        GiveBackCancelled command,
        [WriteAggregate(nameof(GiveBackCancelled.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        PaymentMessages.Of(payment.Id, payment, payment.GiveBackCancelled(now));
}
