using Aarya.Features.Content.Contracts;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper of the carrier and the tracking number of the order.</summary>
public static class NotifyOrderShippedHandler
{
    public static Task<(IMartenOp, IMartenOp, OutgoingMessages)> Handle(
        OrderShippedNotice order, IQuerySession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var notification = new Notification
        {
            Id = Notification.IdOf("order_shipped", order.OrderId),
            Subject = order.Subject,
            Kind = "order_shipped",
            Title = $"Order {order.Number} is on its way",
            Body = $"{order.Carrier} has your order. The tracking number is {order.TrackingNumber}.",
            OrderId = order.OrderId,
            CreatedAt = now,
        };
        var mail = new Letter($"Your order {order.Number} is on its way")
            .Paragraph($"We have handed your order {order.Number} to {order.Carrier}.")
            .Paragraph($"You can follow it with {order.Carrier} by the tracking number {order.TrackingNumber}.")
            .To(order.Email, order.Subject, notification.Id, now, order.OrderId);
        return OrderCourse.TellAsync(session, notification, mail, new(order.OrderId, order.Number, "shipped", At: order.At), cancellation);
    }
}
