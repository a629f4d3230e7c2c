using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Payments;
using Wolverine;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Calls;

/// <summary>The messages that follow from a payment's facts: the next step, and the events for other contexts.</summary>
public static class PaymentMessages
{
    public static (Events, OutgoingMessages) Of(Guid orderId, OrderPayment? payment, IReadOnlyList<object> facts)
    {
        OutgoingMessages messages = [];
        foreach (var fact in facts)
        {
            if (Message(orderId, payment, fact) is { } message) messages.Add(message);
            payment = OrderPayment.After(payment, orderId, fact);
        }

        return ([.. facts], messages);
    }

    private static object? Message(Guid orderId, OrderPayment? before, object fact) => fact switch
    {
        ChargeAttempted x => new SendCharge(orderId, x.Attempt),
        // The shopper is already paying with another token.
        ActionRequired x => before is { IsBeingReplaced: true }
            ? null
            : new PaymentActionRequiredNotice(orderId, x.NextActionUrl, x.At, before?.ChargeNumber ?? 1),
        RetryRequested => new VoidCharge(orderId, 1),
        FraudAssessed { Decision: FraudDecision.Review } x => before is null ? null : new ReviewWaitingNotice(
            orderId, before.Number, before.Amount, x.Score, x.Reasons, before.ChargeNumber, before.ExpiresAt, x.At),
        // Commerce also learns of money that is refunded at once: staff must be able to request a refund that the provider refused.
        Captured x => new PaymentCapturedNotice(orderId, x.Amount, x.At, before is { IsUnwanted: true }),
        // A cancelled order needs no decline.
        Declined x => before is { CancelReason: null }
            ? new PaymentDeclinedNotice(orderId, x.Code, x.At, DeclineCodes.IsFinal(x.Code), before.ChargeNumber)
            : null,
        Voided x => before is { CancelReason: null }
            ? new PaymentDeclinedNotice(orderId, "voided", x.At, Final: false, before.ChargeNumber)
            : null,
        PaymentCancelled => before is { IsOpen: true, Attempts: > 0 } ? new VoidCharge(orderId, 1) : null,
        RefundStarted x => new SendRefund(orderId, x.RefundId, 1),
        Refunded x => IsOfEarlierCharge(before, x.RefundId) ? null : new PaymentRefundedNotice(orderId, x.RefundId, x.Amount, x.At),
        RefundDeclined x => IsOfEarlierCharge(before, x.RefundId) ? null : new RefundFailedNotice(orderId, x.RefundId, x.Code, x.At),
        _ => null,
    };

    // It refunds a charge that never counted as the order's payment.
    private static bool IsOfEarlierCharge(OrderPayment? payment, Guid refundId) =>
        payment?.Refunds.Any(x => x.Id == refundId && x.ChargeId is not null) == true;
}
