using System.Globalization;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>Informs the shopper that a payment was declined and until when the order can be paid another way.</summary>
public static class NotifyPaymentDeclinedHandler
{
    public static Task<OutgoingMessages> Handle(
        OrderPaymentDeclinedNotice order, OrderCourse course, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var declined = new DeclinedPayment(order.Number, Math.Max(0, (int)Math.Ceiling((order.ExpiresAt - now).TotalMinutes)));
        return course.TellAsync(
            session,
            new OrderStep<DeclinedPayment>(
                LetterKinds.PaymentDeclined, declined, order.Subject, order.Email, order.Language,
                new(order.OrderId, order.Number, "pending_payment", "declined", order.At),
                order.ChargeNumber.ToString(CultureInfo.InvariantCulture)),
            now, cancellation);
    }
}
