using Aarya.Features.Content.Contracts;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that the order has arrived.</summary>
public static class NotifyOrderDeliveredHandler
{
    public static Task<(IMartenOp, IMartenOp, OutgoingMessages)> Handle(
        OrderDeliveredNotice order, IQuerySession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var notification = new Notification
        {
            Id = Notification.IdOf("order_delivered", order.OrderId),
            Subject = order.Subject,
            Kind = "order_delivered",
            Title = $"Order {order.Number} is delivered",
            Body = "Your order has been delivered.",
            OrderId = order.OrderId,
            CreatedAt = now,
        };
        var mail = new Letter($"Your order {order.Number} is delivered")
            .Paragraph($"Your order {order.Number} has been delivered. We hope that you enjoy it.")
            .Paragraph($"If it has not reached you or something is wrong, please write to us and quote the order number {order.Number}.")
            .To(order.Email, order.Subject, notification.Id, now, order.OrderId);
        return OrderCourse.TellAsync(
            session, notification, mail, new(order.OrderId, order.Number, "delivered", At: order.At), cancellation);
    }
}
