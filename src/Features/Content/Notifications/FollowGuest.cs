using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Recipients;
using Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>
/// A guest has signed in: what the guest has stopped stays stopped for the account, and the account has the guest's notifications. Those
/// about orders follow their orders.
/// </summary>
public static class FollowGuestHandler
{
    public static async Task Handle(GuestSignedInNotice signedIn, IDocumentSession session, CancellationToken cancellation)
    {
        if (signedIn.GuestId == signedIn.UserId) return;
        var mine = await session.Query<Notification>().Where(x => x.Subject == signedIn.GuestId && x.OrderId == null)
            .ToListAsync(cancellation);
        foreach (var notification in mine)
        {
            notification.Subject = signedIn.UserId;
            session.Update(notification);
        }

        if (await session.LoadAsync<Recipient>(signedIn.GuestId, cancellation) is not { } guest) return;
        var account = await Recipient.OfAsync(session, signedIn.UserId, cancellation);
        account.NotMailed = [.. account.NotMailed.Union(guest.NotMailed, StringComparer.Ordinal)];
        account.NotShown = [.. account.NotShown.Union(guest.NotShown, StringComparer.Ordinal)];
        session.Store(account);
    }
}
