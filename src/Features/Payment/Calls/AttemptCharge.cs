using Aarya.Features.Payment.Payments;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>Repeats a charge whose outcome is unknown, until the order expires.</summary>
public sealed record AttemptCharge(Guid OrderId);

public static class AttemptChargeHandler
{
    public static (Events, OutgoingMessages) Handle(
        AttemptCharge attempt, [WriteAggregate(nameof(AttemptCharge.OrderId), LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment payment,
        DateTimeOffset now) =>
        PaymentMessages.Of(payment.Id, payment, payment.AttemptAgain(now));
}
