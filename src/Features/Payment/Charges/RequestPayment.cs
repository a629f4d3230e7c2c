using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Fraud;
using Aarya.Infrastructure.Security;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>Asks for an order's money: once an order, whoever asks and however often.</summary>
public sealed record RequestPayment(
    Guid OrderId, string Number, Guid Subject, [property: Personal] string? Email, Money Amount, string Token, bool CaptureLater,
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
        Consequences.Of(request.OrderId, payment,
            OrderPayment.Request(payment, request, FraudRules.Assess(request.Amount, history), now, history.EmailFingerprint));
}

/// <summary>A placed order asks for its money.</summary>
public static class OrderPlacedHandler
{
    public static Task<FraudHistory> LoadAsync(OrderPlaced placed, IQuerySession session, DateTimeOffset now,
        CancellationToken cancellation) =>
        session.FraudHistoryAsync(placed.Subject, placed.Email, now, cancellation);

    public static (Events, OutgoingMessages) Handle(
        OrderPlaced placed,
        [WriteAggregate(nameof(OrderPlaced.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        FraudHistory history,
        DateTimeOffset now) =>
        RequestPaymentHandler.Handle(
            new(placed.OrderId, placed.Number, placed.Subject, placed.Email, placed.Total, placed.PaymentToken, CaptureLater: false,
                placed.ExpiresAt), payment, history, now);
}
