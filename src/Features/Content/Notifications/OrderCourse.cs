using Aarya.Features.Storefront;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>
/// Informs a shopper of the progress of an order: each step once, and on the open page no step that a later one has overtaken.
/// </summary>
internal static class OrderCourse
{
    private static readonly string[] Steps = ["order_confirmed", "order_packed", "order_shipped", "order_delivered", "order_cancelled"];

    /// <param name="mail">Null when the account and the open page are enough.</param>
    public static async Task<(IMartenOp, IMartenOp, OutgoingMessages)> TellAsync(
        IQuerySession session, Notification notification, EmailMessage? mail, OrderNews news, CancellationToken cancellation)
    {
        var later = Steps.Skip(Array.IndexOf(Steps, notification.Kind) + 1).Select(x => Notification.IdOf(x, news.Id));
        var known = await session.LoadManyAsync<Notification>(cancellation, [notification.Id, .. later]);
        if (known.Any(x => x.Id == notification.Id)) return (MartenOps.Nothing(), MartenOps.Nothing(), []);

        OutgoingMessages messages = [new TellShopper(notification.Subject, notification.ToNews(), known.Count > 0 ? null : news)];
        if (mail is not null) messages.Add(new SendEmail(mail.Id));
        return (MartenOps.Store(notification), mail is null ? MartenOps.Nothing() : MartenOps.Store(mail), messages);
    }
}
