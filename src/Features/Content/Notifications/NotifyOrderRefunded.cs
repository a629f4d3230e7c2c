using System.Globalization;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that a refund is on its way; an order can be refunded in parts, each with news of its own.</summary>
public static class NotifyOrderRefundedHandler
{
    public static Task<OutgoingMessages> Handle(
        OrderRefundedNotice refund, OrderCourse course, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var status = refund.Whole ? "refunded" : "partially_refunded";
        return course.TellAsync(
            session,
            new OrderStep<OrderRefundedNotice>(
                LetterKinds.OrderRefunded, refund, refund.Subject, refund.Email, refund.Language,
                new(refund.OrderId, refund.Number, status, At: refund.At), refund.At.UtcTicks.ToString(CultureInfo.InvariantCulture)),
            now, cancellation);
    }
}
