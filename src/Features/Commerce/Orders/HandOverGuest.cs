using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Hosting;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Orders;

/// <summary>A guest has signed in: their cart and their orders become the customer's.</summary>
public static class HandOverGuestHandler
{
    public static async Task<OutgoingMessages> Handle(
        GuestSignedIn signedIn, Carts carts, IDocumentSession session, Stragglers stragglers, DateTimeOffset now, CancellationToken cancellation)
    {
        var messages = new OutgoingMessages();
        if (signedIn.GuestId == signedIn.UserId) return messages;
        var handOver = new HandOverAgain(signedIn.GuestId, signedIn.UserId);
        await HandOverAgainHandler.Handle(handOver, carts, session, now, cancellation);
        messages.Delay(handOver, stragglers.AllInAfter);
        return messages;
    }
}

/// <summary>Hands over what a request has still brought about that the guest sent before signing in.</summary>
public sealed record HandOverAgain(Guid GuestId, Guid UserId);

public static class HandOverAgainHandler
{
    public static async Task Handle(HandOverAgain command, Carts carts, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        await CartClaims.HandOverAsync(session, command.GuestId, command.UserId, cancellation);
        await carts.MergeAsync(command.GuestId, command.UserId);
        foreach (var order in await session.Query<Order>().Where(x => x.Subject == command.GuestId).OrderBy(x => x.Sequence).ToListAsync(cancellation))
        {
            var stream = await session.Events.FetchForExclusiveWriting<Order>(order.Id, cancellation);
            stream.AppendMany(stream.Aggregate!.HandOver(command.UserId, now));
        }
    }
}
