using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that the order is paid for: in the account, by mail and on the open page.</summary>
public static class NotifyOrderConfirmedHandler
{
    public static Task<OutgoingMessages> Handle(
        OrderConfirmedNotice order, OrderCourse course, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        course.TellAsync(
            session,
            new OrderStep<OrderConfirmedNotice>(
                LetterKinds.OrderConfirmed, order, order.Subject, order.Email, order.Language,
                new(order.OrderId, order.Number, "confirmed", At: order.At)),
            now, cancellation);
}
