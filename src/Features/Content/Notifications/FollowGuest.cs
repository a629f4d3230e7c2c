using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Recipients;
using Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>
/// A guest has signed in: what the guest has stopped stays stopped for the account, and the account has the guest's notifications and
/// mails. Those about orders follow their orders.
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

        await FollowMailsAsync(session, signedIn, cancellation);
        if (await session.LoadAsync<Recipient>(signedIn.GuestId, cancellation) is not { } guest) return;
        var account = await Recipient.OfAsync(session, signedIn.UserId, cancellation);
        foreach (var kind in guest.NotMailed) account.Mail(kind, wanted: false, signedIn.At);
        foreach (var kind in guest.NotShown) account.Show(kind, wanted: false);
        session.Store(account);
    }

    // So the account can undo what was stopped by a link in a mail to the guest.
    private static async Task FollowMailsAsync(
        IDocumentSession session, GuestSignedInNotice signedIn, CancellationToken cancellation)
    {
        // A mail that is being sent at this moment is not changed: a lost race would send it twice.
        var mails = await session.Query<EmailMessage>()
            .Where(x => x.Owner == signedIn.GuestId && x.OrderId == null && (x.SentAt != null || x.NotSentFor != null))
            .ToListAsync(cancellation);
        foreach (var mail in mails)
        {
            mail.Owner = signedIn.UserId;
            session.Update(mail);
        }

        foreach (var address in mails.Select(x => x.To).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var suppression = await Suppression.OfAsync(session, address, signedIn.At, cancellation);
            if (suppression.OptOuts.All(x => x.Subject != signedIn.GuestId)) continue;
            suppression.OptOuts =
                [.. suppression.OptOuts.Select(x => x.Subject == signedIn.GuestId ? x with { Subject = signedIn.UserId } : x).Distinct()];
            session.Store(suppression);
        }
    }
}
