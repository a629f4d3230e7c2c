using Aarya.Features.Commerce.Contracts;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The payment was declined: the shopper can pay another way until the order expires, unless the shop takes none.</summary>
public static class RecordDeclineHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        Contracts.PaymentDeclined declined,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        Consequences.OfAsync(session, order, order.Decline(declined.Code, declined.Final, declined.ChargeNumber, now), cancellation);
}
