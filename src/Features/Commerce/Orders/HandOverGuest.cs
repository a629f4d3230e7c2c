using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Hosting;
using JasperFx.Events;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Orders;

/// <summary>A guest has signed in: their cart and their orders become the customer's.</summary>
public static class HandOverGuestHandler
{
    public static async Task<OutgoingMessages> Handle(
        GuestSignedIn signedIn, Carts carts, IDocumentSession session, Stragglers stragglers, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var messages = new OutgoingMessages();
        if (signedIn.GuestId == signedIn.UserId) return messages;
        var handOver = new HandOverAgain(signedIn.GuestId, signedIn.UserId);
        messages.AddRange(await HandOverAgainHandler.Handle(handOver, carts, session, now, cancellation));
        messages.Delay(handOver, stragglers.AllInAfter);
        return messages;
    }
}

/// <summary>Hands over what a request has still brought about that the guest sent before signing in.</summary>
public sealed record HandOverAgain(Guid GuestId, Guid UserId);

public static class HandOverAgainHandler
{
    public static async Task<OutgoingMessages> Handle(
        HandOverAgain command, Carts carts, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var messages = new OutgoingMessages();
        await CartClaims.HandOverAsync(session, command.GuestId, command.UserId, cancellation);
        await carts.MergeAsync(command.GuestId, command.UserId);
        foreach (var order in await session.Query<Order>().Where(x => x.Subject == command.GuestId).OrderBy(x => x.Sequence)
            .ToListAsync(cancellation))
        {
            var stream = await session.Events.FetchForExclusiveWriting<Order>(order.Id, cancellation);
            messages.AddRange(stream.HandOver(session, stream.Aggregate!, command.UserId, now));
        }

        return messages;
    }
}

internal static class HandingOver
{
    /// <summary>Records the order's new owner, and returns the events for other contexts.</summary>
    public static IEnumerable<object> HandOver(
        this IEventStream<Order> stream, IDocumentSession session, Order order, Guid subject, DateTimeOffset now)
    {
        var facts = order.HandOver(subject, now);
        if (facts.Count > 0 && order.AwaitsPayment) UnpaidOrders.HandOver(session, order.Id, subject);
        stream.AppendMany(facts);
        return facts.Select(_ => new Contracts.OrderHandedOver(order.Id, order.Subject, subject, now)).ToList();
    }
}
