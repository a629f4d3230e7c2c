using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Payments;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>Requests the payment of a placed order.</summary>
public static class ChargePlacedOrderHandler
{
    public static Task<FraudHistory> LoadAsync(OrderPlacedNotice placed, IQuerySession session, DateTimeOffset now,
        CancellationToken cancellation) =>
        session.FraudHistoryAsync(placed.Subject, placed.Email, now, cancellation);

    public static (Events, OutgoingMessages) Handle(
        OrderPlacedNotice placed,
        [WriteAggregate(nameof(OrderPlacedNotice.OrderId), Required = false, LoadStyle = ConcurrencyStyle.Exclusive)] OrderPayment? payment,
        FraudHistory history,
        DateTimeOffset now) =>
        RequestPaymentHandler.Handle(
            new(placed.OrderId, placed.Number, placed.Subject, placed.Email, placed.Total, placed.PaymentToken,
                placed.ExpiresAt), payment, history, now);
}
