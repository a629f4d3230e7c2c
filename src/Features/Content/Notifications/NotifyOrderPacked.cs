using Aarya.Features.Content.Contracts;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that the order is packed.</summary>
public static class NotifyOrderPackedHandler
{
    public static Task<(IMartenOp, IMartenOp, OutgoingMessages)> Handle(
        OrderPackedNotice order, IQuerySession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var notification = new Notification
        {
            Id = Notification.IdOf("order_packed", order.OrderId),
            Subject = order.Subject,
            Kind = "order_packed",
            Title = $"Order {order.Number} is packed",
            Body = "Your order is packed and waits for the carrier.",
            OrderId = order.OrderId,
            CreatedAt = now,
        };
        var mail = new Letter($"Your order {order.Number} is packed")
            .Paragraph($"Your order {order.Number} is packed and waits for the carrier.")
            .Paragraph("We will send you the tracking number when it is on its way.")
            .To(order.Email, order.Subject, notification.Id, now, order.OrderId);
        return OrderCourse.TellAsync(session, notification, mail, new(order.OrderId, order.Number, "packed", At: order.At), cancellation);
    }
}
