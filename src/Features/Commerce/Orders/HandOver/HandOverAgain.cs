using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.PriceAlerts;
using Aarya.Features.Commerce.Wishlist;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Orders.HandOver;

/// <summary>Repeats the hand-over, for requests that the guest sent before signing in and that ended after the first hand-over.</summary>
public sealed record HandOverAgain(Guid GuestId, Guid UserId);

public static class HandOverAgainHandler
{
    public static async Task<OutgoingMessages> Handle(
        HandOverAgain command, Carts carts, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var messages = new OutgoingMessages();
        await CartClaims.HandOverAsync(session, command.GuestId, command.UserId, cancellation);
        Wishes.HandOver(session, command.GuestId, command.UserId);
        await WaitingList.HandOverAsync(session, command.GuestId, command.UserId, cancellation);
        await PriceAlertList.HandOverAsync(session, command.GuestId, command.UserId, cancellation);
        await carts.MergeAsync(command.GuestId, command.UserId);
        foreach (var order in await session.Query<Order>().Where(x => x.Subject == command.GuestId).OrderBy(x => x.Sequence)
            .ToListAsync(cancellation))
        {
            var stream = await session.Events.FetchForExclusiveWriting<Order>(order.Id, cancellation);
            var facts = stream.Aggregate!.HandOver(command.UserId, now);
            messages.AddRange(await OrderMessages.AppendAsync(session, stream, facts, cancellation));
        }

        return messages;
    }
}
