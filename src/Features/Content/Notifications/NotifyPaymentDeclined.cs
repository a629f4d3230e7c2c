using Aarya.Features.Content.Contracts;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that a payment was declined and until when the order can be paid another way.</summary>
public static class NotifyPaymentDeclinedHandler
{
    public static Task<(IMartenOp, IMartenOp, OutgoingMessages)> Handle(
        OrderPaymentDeclinedNotice order, IQuerySession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var minutes = (int)Math.Ceiling((order.ExpiresAt - now).TotalMinutes);
        var hold = minutes <= 0
            ? "The time to pay for the order is over."
            : $"We hold the goods for another {minutes} {(minutes == 1 ? "minute" : "minutes")}: open the order to pay another way.";
        var notification = new Notification
        {
            Id = Notification.IdOf($"payment_declined:{order.ChargeNumber}", order.OrderId),
            Subject = order.Subject,
            Kind = "payment_declined",
            Title = $"The payment of order {order.Number} was declined",
            Body = hold,
            OrderId = order.OrderId,
            CreatedAt = now,
        };
        var mail = new Letter($"The payment of your order {order.Number} was declined")
            .Paragraph("The payment was not accepted, and nothing was charged.")
            .Paragraph(hold)
            .Paragraph("The goods are still in your cart as well, should you want to order them later.")
            .To(order.Email, order.Subject, notification.Id, now, order.OrderId);
        return OrderCourse.TellAsync(
            session, notification, mail, new(order.OrderId, order.Number, "pending_payment", "declined", order.At), cancellation);
    }
}
