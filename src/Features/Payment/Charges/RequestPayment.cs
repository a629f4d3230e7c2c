using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Privacy;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>Requests the payment of an order; applied once per order.</summary>
public sealed record RequestPayment(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string? Email, Money Amount, string Token,
    DateTimeOffset ExpiresAt);

public static class RequestPaymentHandler
{
    public static Task<FraudHistory> LoadAsync(RequestPayment request, IQuerySession session, DateTimeOffset now,
        CancellationToken cancellation) =>
        session.FraudHistoryAsync(request.Subject, request.Email, now, cancellation);

    public static (Events, OutgoingMessages) Handle(
        RequestPayment request,
        [WriteAggregate(nameof(RequestPayment.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        FraudHistory history,
        DateTimeOffset now) =>
        PaymentMessages.Of(request.OrderId, payment, OrderPayment.Request(
            payment,
            new PaymentRequested(
                request.Number, request.Subject, history.EmailFingerprint, request.Amount, request.Token, request.ExpiresAt, now),
            FraudRules.Assess(request.Amount, history)));
}
