using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Contracts;
using Marten;

namespace Aarya.Features.Commerce.Orders;

/// <summary>A guest has signed in: their cart and their orders become the customer's.</summary>
public static class HandOverGuestHandler
{
    public static async Task Handle(GuestSignedIn signedIn, Carts carts, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        if (signedIn.GuestId == signedIn.UserId) return;
        await carts.MergeAsync(signedIn.GuestId, signedIn.UserId);
        foreach (var order in await session.Query<Order>().Where(x => x.Subject == signedIn.GuestId).OrderBy(x => x.Sequence).ToListAsync(cancellation))
        {
            var stream = await session.Events.FetchForExclusiveWriting<Order>(order.Id, cancellation);
            stream.AppendMany(stream.Aggregate!.HandOver(signedIn.UserId, now));
        }
    }
}
