using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Moves an order's notifications and mails to its new owner.</summary>
public static class FollowOrderHandler
{
    public static async Task Handle(OrderHandedOverNotice handedOver, IDocumentSession session, CancellationToken cancellation)
    {
        var notifications = await session.Query<Notification>().Where(x => x.OrderId == handedOver.OrderId).ToListAsync(cancellation);
        foreach (var notification in notifications)
        {
            notification.Subject = handedOver.To;
            session.Update(notification);
        }

        // A mail that is being sent at this moment is not changed: a lost race would send it twice.
        var written = await session.Query<EmailMessage>()
            .Where(x => x.OrderId == handedOver.OrderId && x.SentAt != null).ToListAsync(cancellation);
        foreach (var mail in written)
        {
            mail.Owner = handedOver.To;
            session.Update(mail);
        }
    }
}
