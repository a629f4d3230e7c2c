using Aarya.Features.Commerce.Orders.Effects;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders.Payments;

/// <summary>Scheduled when the order is placed; arrives when the order expires.</summary>
public sealed record CancelUnpaidOrder(Guid OrderId);

public static class CancelUnpaidOrderHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        CancelUnpaidOrder command, [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive)] Order order, IDocumentSession session,
        DateTimeOffset now, CancellationToken cancellation) =>
        OrderMessages.OfAsync(session, order, order.Expire(now), cancellation);
}
