using Aarya.Features.Commerce.Checkout;
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
        var messages = await HandOverToVerifiedHandler.HandOverAsync(
            session, verified.UserId, verified.Email, verified.At, now, cancellation);
        messages.Delay(new HandOverToVerified(verified.UserId, verified.At), stragglers.AllInAfter);
        return messages;
    }
}

/// <summary>
/// Hands over, the second time, what a checkout has still brought about that began before the address was verified. It waits without the
/// address: nothing of a person stays in a queue when the account is erased.
/// </summary>
public sealed record HandOverToVerified(Guid UserId, DateTimeOffset VerifiedAt);

public static class HandOverToVerifiedHandler
{
    public static async Task<OutgoingMessages> Handle(
        HandOverToVerified command, IDocumentSession session, Buyers buyers, DateTimeOffset now, CancellationToken cancellation) =>
        await buyers.FindEmailAsync(command.UserId, cancellation) is { } email
            ? await HandOverAsync(session, command.UserId, email, command.VerifiedAt, now, cancellation)
            : [];

    internal static async Task<OutgoingMessages> HandOverAsync(
        IDocumentSession session, Guid userId, string email, DateTimeOffset verifiedAt, DateTimeOffset now, CancellationToken cancellation)
    {
        var indexes = session.BlindIndexesOf(email);
        var orders = await session.Query<Order>().Where(x => x.EmailIndex.IsOneOf(indexes)).OrderBy(x => x.Sequence)
            .ToListAsync(cancellation);
        var messages = new OutgoingMessages();
        foreach (var id in orders.Where(x => x.ByGuest && x.PlacedAt <= verifiedAt).Select(x => x.Id))
        {
            var stream = await session.Events.FetchForExclusiveWriting<Order>(id, cancellation);
            // Signed in meanwhile, or erased.
            if (stream.Aggregate is { ByGuest: true, IsForgotten: false } order)
                messages.AddRange(stream.HandOver(session, order, userId, now));
        }

        return messages;
    }
}
