using System.Globalization;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>
/// Informs the shopper that the bank requires a step by them: in the account and on the open page. A mail would come too late, because the
/// goods are reserved for minutes only.
/// </summary>
public static class NotifyPaymentActionRequiredHandler
{
    public static Task<OutgoingMessages> Handle(
        OrderAwaitsActionNotice order, OrderCourse course, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        course.TellAsync(
            session,
            new OrderStep<OrderAwaitsActionNotice>(
                LetterKinds.PaymentActionRequired, order, order.Subject, Email: null, order.Language,
                new(order.OrderId, order.Number, "pending_payment", "requires_action", order.At),
                order.At.UtcTicks.ToString(CultureInfo.InvariantCulture)),
            now, cancellation);
}
