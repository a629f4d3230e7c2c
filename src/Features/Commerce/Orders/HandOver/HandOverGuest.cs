using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Privacy.Erasure;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Orders.HandOver;

/// <summary>A guest has signed in: their cart and their orders become the customer's.</summary>
public static class HandOverGuestHandler
{
    public static async Task<OutgoingMessages> Handle(
        GuestSignedInNotice signedIn, Carts carts, IDocumentSession session, LatestRequestEnd latestEnd, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var messages = new OutgoingMessages();
        if (signedIn.GuestId == signedIn.UserId) return messages;
        var handOver = new HandOverAgain(signedIn.GuestId, signedIn.UserId);
        messages.AddRange(await HandOverAgainHandler.Handle(handOver, carts, session, now, cancellation));
        messages.Delay(handOver, latestEnd.Delay);
        return messages;
    }
}
