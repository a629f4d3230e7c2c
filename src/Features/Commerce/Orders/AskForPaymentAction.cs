using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The bank wants to hear from the shopper: the order says where.</summary>
public static class AskForPaymentActionHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        Contracts.PaymentActionRequired required,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        Consequences.OfAsync(session, order, order.RequireAction(required.NextActionUrl, required.ChargeNumber, now), cancellation);
}
