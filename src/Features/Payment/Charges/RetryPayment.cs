using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Fraud;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Payment.Charges;

/// <summary>The shopper pays an order another way: the next charge begins when the one before has come to nothing.</summary>
public static class PaymentRetriedHandler
{
    public static Task<FraudHistory> LoadAsync(
        PaymentRetried retried, IQuerySession session, DateTimeOffset now, CancellationToken cancellation) =>
        session.FraudHistoryAsync(retried.Subject, retried.Email, now, cancellation);

    public static (Events, OutgoingMessages) Handle(
        PaymentRetried retried,
        [WriteAggregate(nameof(PaymentRetried.OrderId), LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)]
        OrderPayment payment,
        FraudHistory history,
        DateTimeOffset now) =>
        Consequences.Of(payment.Id, payment,
            payment.Retry(retried.ChargeNumber, retried.PaymentToken, FraudRules.Assess(payment.Amount, history), now));
}
