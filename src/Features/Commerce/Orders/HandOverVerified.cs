using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// An account has shown that an address is its owner's: what guests ordered with it until then becomes the account's. Orders of other
/// customers that use the address stay theirs. What a guest orders with it later stays the guest's, or anybody could fill an account with
/// orders by naming its address; those are looked up by number.
/// </summary>
public static class HandOverVerifiedHandler
{
    public static async Task<OutgoingMessages> Handle(
        EmailVerified verified, IDocumentSession session, Stragglers stragglers, DateTimeOffset now, CancellationToken cancellation)
    {
        var handOver = new HandOverToVerified(verified.UserId, session.BlindIndexesOf(verified.Email), verified.At);
        var messages = await HandOverToVerifiedHandler.Handle(handOver, session, now, cancellation);
        messages.Delay(handOver, stragglers.AllInAfter);
        return messages;
    }
}

/// <summary>Hands over, the second time what a checkout has still brought about that began before the address was verified.</summary>
/// <param name="EmailIndexes">Of the address, which itself must not stay in the queue when its owner is erased.</param>
public sealed record HandOverToVerified(Guid UserId, IReadOnlyList<string> EmailIndexes, DateTimeOffset VerifiedAt);

public static class HandOverToVerifiedHandler
{
    public static async Task<OutgoingMessages> Handle(
        HandOverToVerified command, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        string[] indexes = [.. command.EmailIndexes];
        var orders = await session.Query<Order>().Where(x => x.EmailIndex.IsOneOf(indexes)).OrderBy(x => x.Sequence)
            .ToListAsync(cancellation);
        var messages = new OutgoingMessages();
        foreach (var id in orders.Where(x => x.ByGuest && x.PlacedAt <= command.VerifiedAt).Select(x => x.Id))
        {
            var stream = await session.Events.FetchForExclusiveWriting<Order>(id, cancellation);
            // Signed in meanwhile, or erased.
            if (stream.Aggregate is { ByGuest: true, IsForgotten: false } order)
                messages.AddRange(stream.HandOver(order, command.UserId, now));
        }

        return messages;
    }
}
