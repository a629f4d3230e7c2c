using Aarya.Features.Commerce.Contracts;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// The payment was declined: the order ends and its goods are free at once, for the next shopper or for this one's next
/// try, which is a new checkout (the cart can be filled again; a half-dead order that blocks stock helps nobody).
/// </summary>
public static class CancelDeclinedOrderHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        Contracts.PaymentDeclined declined,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        Consequences.OfAsync(session, order, order.Decline(declined.Code, now), cancellation);
}
