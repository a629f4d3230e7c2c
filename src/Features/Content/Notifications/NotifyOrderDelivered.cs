using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that the order has arrived.</summary>
public static class NotifyOrderDeliveredHandler
{
    public static Task<OutgoingMessages> Handle(
        OrderDeliveredNotice order, OrderCourse course, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        course.TellAsync(
            session,
            new OrderStep<OrderDeliveredNotice>(
                LetterKinds.OrderDelivered, order, order.Subject, order.Email, order.Language,
                new(order.OrderId, order.Number, "delivered", At: order.At)),
            now, cancellation);
}
