using Aarya.Features.Content.Contracts;
using Aarya.Features.Storefront;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that a refund is on its way.</summary>
public static class NotifyOrderRefundedHandler
{
    public static (StoreDoc<Notification>, StoreDoc<EmailMessage>, SendEmail, TellShopper) Handle(OrderRefundedNotice refund,
        DateTimeOffset now)
    {
        var status = refund.Whole ? "refunded" : "partially_refunded";
        var notification = new Notification
        {
            // An order can be refunded in parts: each part gets its own notification.
            Id = Notification.IdOf($"order_refunded:{refund.At.UtcTicks}", refund.OrderId),
            Subject = refund.Subject,
            Kind = "order_refunded",
            Title = $"{refund.Amount.ToDisplay()} is on its way back to you",
            Body = $"We have refunded {refund.Amount.ToDisplay()} of order {refund.Number}.",
            OrderId = refund.OrderId,
            CreatedAt = now,
        };
        var mail = new Letter($"Your refund for order {refund.Number}")
            .Paragraph($"We have refunded {refund.Amount.ToDisplay()} of order {refund.Number} to the account it was paid from.")
            .Paragraph("Banks usually show it within five to seven working days.")
            .To(refund.Email, refund.Subject, notification.Id, now, refund.OrderId);

        return (
            MartenOps.Store(notification),
            MartenOps.Store(mail),
            new SendEmail(mail.Id),
            new TellShopper(refund.Subject, notification.ToNews(), new OrderNews(refund.OrderId, refund.Number, status, At: refund.At)));
    }
}
