using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders;

/// <summary>Sent with the order itself, to arrive when its goods are no longer held for it.</summary>
public sealed record CancelUnpaidOrder(Guid OrderId);

public static class CancelUnpaidOrderHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        CancelUnpaidOrder command, [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive)] Order order, IDocumentSession session,
        DateTimeOffset now, CancellationToken cancellation) =>
        Consequences.OfAsync(session, order, order.Expire(now), cancellation);
}
