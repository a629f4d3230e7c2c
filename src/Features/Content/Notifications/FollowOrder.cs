using Aarya.Features.Content.Contracts;
using Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>What was told of an order goes with it to its new owner.</summary>
public static class OrderHandedOverHandler
{
    public static async Task Handle(OrderHandedOver handedOver, IDocumentSession session, CancellationToken cancellation)
    {
        var told = await session.Query<Notification>().Where(x => x.OrderId == handedOver.OrderId).ToListAsync(cancellation);
        foreach (var notification in told)
        {
            notification.Subject = handedOver.To;
            session.Update(notification);
        }

        var written = await session.Query<EmailMessage>().Where(x => x.OrderId == handedOver.OrderId).ToListAsync(cancellation);
        foreach (var mail in written)
        {
            mail.Owner = handedOver.To;
            session.Update(mail);
        }
    }
}
