using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders.Payments;

/// <summary>The bank requires a step by the shopper: records its URL on the order.</summary>
public static class AskForPaymentActionHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        PaymentActionRequiredNotice required,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        OrderMessages.OfAsync(session, order, order.RequireAction(required.NextActionUrl, required.ChargeNumber, now), cancellation);
}
