using Aarya.Features.Content.Contracts;
using Marten;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>
/// Informs the shopper that the bank requires a step by them: in the account and on the open page. A mail would come too late, because the
/// goods are reserved for minutes only.
/// </summary>
public static class NotifyPaymentActionRequiredHandler
{
    public static Task<(IMartenOp, IMartenOp, OutgoingMessages)> Handle(
        OrderAwaitsActionNotice order, IQuerySession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var notification = new Notification
        {
            Id = Notification.IdOf($"payment_action_required:{order.At.UtcTicks}", order.OrderId),
            Subject = order.Subject,
            Kind = "payment_action_required",
            Title = $"Order {order.Number} needs your confirmation",
            Body = "Your bank asks you to confirm the payment. Open the order to continue; we hold the goods for you until it expires.",
            OrderId = order.OrderId,
            CreatedAt = now,
        };
        return OrderCourse.TellAsync(
            session, notification, null, new(order.OrderId, order.Number, "pending_payment", "requires_action", order.At), cancellation);
    }
}
