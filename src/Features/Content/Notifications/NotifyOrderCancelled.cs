using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that the order will not be sent, and why.</summary>
public static class NotifyOrderCancelledHandler
{
    public static Task<OutgoingMessages> Handle(
        OrderCancelledNotice order, OrderCourse course, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        course.TellAsync(
            session,
            new OrderStep<OrderCancelledNotice>(
                LetterKinds.OrderCancelled, order, order.Subject, order.Email, order.Language,
                new(order.OrderId, order.Number, "cancelled", At: order.At)),
            now, cancellation);
}
