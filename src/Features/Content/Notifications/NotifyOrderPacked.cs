using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that the order is packed.</summary>
public static class NotifyOrderPackedHandler
{
    public static Task<OutgoingMessages> Handle(
        OrderPackedNotice order, OrderCourse course, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        course.TellAsync(
            session,
            new OrderStep<OrderPackedNotice>(
                LetterKinds.OrderPacked, order, order.Subject, order.Email, order.Language,
                new(order.OrderId, order.Number, "packed", At: order.At)),
            now, cancellation);
}
