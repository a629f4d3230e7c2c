using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Privacy.Erasure;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Orders.HandOver;

/// <summary>
/// An account has verified its e-mail address: orders that guests placed with that address until then become the account's. Orders of other
/// customers with that address stay theirs. Orders that a guest places with it later stay the guest's, because otherwise anyone could fill
/// an account with orders by using its address; the guest looks them up by number. Requests for mails to the address become the account's,
/// too, because nobody else reads those mails.
/// </summary>
public static class HandOverVerifiedHandler
{
    public static async Task<OutgoingMessages> Handle(
        EmailVerifiedNotice verified, IDocumentSession session, LatestRequestEnd latestEnd, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var messages = await HandOverToVerifiedHandler.HandOverAsync(
            session, verified.UserId, verified.Email, verified.At, now, cancellation);
        messages.Delay(new HandOverToVerified(verified.UserId, verified.At), latestEnd.Delay);
        return messages;
    }
}
