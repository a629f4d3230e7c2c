using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.PriceAlerts;
using Aarya.Infrastructure.Postgres;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Orders.HandOver;

/// <summary>
/// Repeats the hand-over, for checkouts that began before the address was verified and ended after the first hand-over. It does not contain
/// the address, so that no personal data stays in a queue when the account is erased.
/// </summary>
public sealed record HandOverToVerified(Guid UserId, DateTimeOffset VerifiedAt);

public static class HandOverToVerifiedHandler
{
    public static async Task<OutgoingMessages> Handle(
        HandOverToVerified command, IDocumentSession session, BuyerDirectory buyers, DateTimeOffset now, CancellationToken cancellation) =>
        await buyers.FindEmailAsync(command.UserId, cancellation) is { } email
            ? await HandOverAsync(session, command.UserId, email, command.VerifiedAt, now, cancellation)
            : [];

    internal static async Task<OutgoingMessages> HandOverAsync(
        IDocumentSession session, Guid userId, string email, DateTimeOffset verifiedAt, DateTimeOffset now, CancellationToken cancellation)
    {
        var indexes = session.BlindIndexesOf(email);
        await WaitingList.HandOverAsync(session, indexes, userId, cancellation);
        await PriceAlertList.HandOverAsync(session, indexes, userId, cancellation);
        var orders = await session.Query<Order>().Where(x => x.EmailIndex.IsOneOf(indexes)).OrderBy(x => x.Sequence)
            .ToListAsync(cancellation);
        var messages = new OutgoingMessages();
        foreach (var id in orders.Where(x => x.ByGuest && x.PlacedAt <= verifiedAt).Select(x => x.Id))
        {
            var stream = await session.Events.FetchForExclusiveWriting<Order>(id, cancellation);
            // Skips an order whose guest has signed in or was erased meanwhile.
            if (stream.Aggregate is { ByGuest: true, IsForgotten: false } order)
                messages.AddRange(await OrderMessages.AppendAsync(session, stream, order.HandOver(userId, now), cancellation));
        }

        return messages;
    }
}
