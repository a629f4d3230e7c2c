using Aarya.Features.Content.Contracts;
using Aarya.Features.Storefront;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that the order is paid for: in the account, by mail and on the open page.</summary>
public static class NotifyOrderConfirmedHandler
{
    public static (StoreDoc<Notification>, StoreDoc<EmailMessage>, SendEmail, TellShopper) Handle(OrderConfirmedNotice order,
        DateTimeOffset now)
    {
        var notification = new Notification
        {
            Id = Notification.IdOf("order_confirmed", order.OrderId),
            Subject = order.Subject,
            Kind = "order_confirmed",
            Title = $"Order {order.Number} is confirmed",
            Body = $"We have your payment of {order.Total.ToDisplay()} and are packing your order.",
            OrderId = order.OrderId,
            CreatedAt = now,
        };
        var mail = new Letter($"Your order {order.Number} is confirmed")
            .Paragraph($"Dear {order.ShippingName}, thank you. We have your payment and are packing your order.")
            .Table([.. order.Lines.Select(x => ($"{x.Quantity} × {x.Name} ({x.Sku})", (x.UnitPrice * x.Quantity).ToDisplay())),
                ("Total, with shipping and tax", order.Total.ToDisplay())])
            .Paragraph($"Your order number is {order.Number}. We will write again when it ships.")
            .To(order.Email, order.Subject, notification.Id, now, order.OrderId);

        return (
            MartenOps.Store(notification),
            MartenOps.Store(mail),
            new SendEmail(mail.Id),
            new TellShopper(order.Subject, notification.ToNews(), new OrderNews(order.OrderId, order.Number, "confirmed", At: order.At)));
    }
}
