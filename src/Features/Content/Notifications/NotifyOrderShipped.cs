using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper of the carrier and the tracking number of the order.</summary>
public static class NotifyOrderShippedHandler
{
    public static Task<OutgoingMessages> Handle(
        OrderShippedNotice order, OrderCourse course, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        course.TellAsync(
            session,
            new OrderStep<OrderShippedNotice>(
                LetterKinds.OrderShipped, order, order.Subject, order.Email, order.Language,
                new(order.OrderId, order.Number, "shipped", At: order.At)),
            now, cancellation);
}
