using Aarya.Features.Content.Contracts;
using Aarya.Features.Storefront;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that the order will not be sent, and why.</summary>
public static class NotifyOrderCancelledHandler
{
    public static (StoreDoc<Notification>, StoreDoc<EmailMessage>, SendEmail, TellShopper) Handle(OrderCancelledNotice order,
        DateTimeOffset now)
    {
        var why = InWords(order.Reason);
        var notification = new Notification
        {
            Id = Notification.IdOf("order_cancelled", order.OrderId),
            Subject = order.Subject,
            Kind = "order_cancelled",
            Title = $"Order {order.Number} is cancelled",
            Body = why,
            OrderId = order.OrderId,
            CreatedAt = now,
        };
        var mail = new Letter($"Your order {order.Number} is cancelled")
            .Paragraph(why)
            .Paragraph(order.Reason switch
            {
                "payment_declined" or "unpaid" =>
                    "Nothing was charged for it. The goods are still in your cart, should you want to order them again.",
                "replaced" => "Nothing was charged for it.",
                _ => "We refund anything that you have paid for it to your original payment method.",
            })
            .To(order.Email, order.Subject, notification.Id, now, order.OrderId);

        return (
            MartenOps.Store(notification),
            MartenOps.Store(mail),
            new SendEmail(mail.Id),
            new TellShopper(order.Subject, notification.ToNews(), new OrderNews(order.OrderId, order.Number, "cancelled", At: order.At)));
    }

    /// <summary>The sentence for each reason that commerce sends; a spec compares the two lists.</summary>
    public static readonly IReadOnlyDictionary<string, string> Sentences = new Dictionary<string, string>
    {
        ["payment_declined"] = "The payment was not accepted, so we have cancelled the order.",
        ["unpaid"] = "We did not receive a payment in time, so we have cancelled the order.",
        ["replaced"] = "You have ordered the same goods again, so we have cancelled this unpaid order.",
        ["shopper"] = "We have cancelled the order as you asked.",
        ["shop"] = "Our staff have cancelled the order.",
        ["payment_short"] = "We received less than the order costs, so we have cancelled it.",
        ["goods_gone"] = "The payment arrived when the goods were no longer held, so we have cancelled the order.",
        ["refunded"] = "The payment was refunded before the order was confirmed, so we have cancelled the order.",
    };

    // Commerce may be deployed first, with a reason that is newer than this list.
    private static string InWords(string reason) => Sentences.GetValueOrDefault(reason, "We had to cancel the order.");
}
