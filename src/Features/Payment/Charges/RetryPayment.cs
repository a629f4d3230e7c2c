using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Payments;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Payment.Charges;

/// <summary>The shopper pays an order with another token: the next charge begins when the previous one has ended unpaid.</summary>
public static class RetryPaymentHandler
{
    public static Task<FraudHistory> LoadAsync(
        PaymentRetriedNotice retried, IQuerySession session, DateTimeOffset now, CancellationToken cancellation) =>
        session.FraudHistoryAsync(retried.Subject, retried.Email, now, cancellation);

    public static (Events, OutgoingMessages) Handle(
        PaymentRetriedNotice retried,
        [WriteAggregate(nameof(PaymentRetriedNotice.OrderId), LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)]
        OrderPayment payment,
        FraudHistory history,
        DateTimeOffset now) =>
        PaymentMessages.Of(payment.Id, payment,
            payment.Retry(retried.ChargeNumber, retried.PaymentToken, FraudRules.Assess(payment.Amount, history), now));
}
