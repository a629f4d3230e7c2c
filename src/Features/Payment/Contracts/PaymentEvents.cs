using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Payment.Contracts;

/// <summary>The order's payment was captured.</summary>
/// <param name="IsUnwanted">True when it came too late to pay the order: payment refunds it at once.</param>
[WireEvent("payment.payment_captured.v1", Streams.Payments)]
public sealed record PaymentCapturedNotice(Guid OrderId, Money Amount, DateTimeOffset At, bool IsUnwanted = false);

/// <summary>The payment with this token was declined.</summary>
/// <param name="Final">True when no other token is accepted either.</param>
/// <param name="ChargeNumber">Which of the order's charges it was, starting at 1.</param>
[WireEvent("payment.payment_declined.v1", Streams.Payments)]
public sealed record PaymentDeclinedNotice(Guid OrderId, string Code, DateTimeOffset At, bool Final = false, int ChargeNumber = 1);

/// <summary>The shopper must complete a step at <see cref="NextActionUrl"/> before the payment continues.</summary>
[WireEvent("payment.payment_action_required.v1", Streams.Payments)]
public sealed record PaymentActionRequiredNotice(Guid OrderId, string NextActionUrl, DateTimeOffset At, int ChargeNumber = 1);

/// <summary>
/// Money was refunded: on request, under the request's id, or automatically, because it arrived after the order had ended.
/// </summary>
[WireEvent("payment.payment_refunded.v1", Streams.Payments)]
public sealed record PaymentRefundedNotice(Guid OrderId, Guid RefundId, Money Amount, DateTimeOffset At);

/// <summary>The fraud rules hold a payment back until staff have reviewed it.</summary>
/// <param name="Reasons">The names of the rules that scored.</param>
/// <param name="ChargeNumber">Which of the order's charges it is, starting at 1.</param>
/// <param name="ExpiresAt">When the order is cancelled.</param>
[WireEvent("payment.review_waiting.v1", Streams.Payments)]
public sealed record ReviewWaitingNotice(
    Guid OrderId, string Number, Money Amount, int Score, IReadOnlyList<string> Reasons, int ChargeNumber, DateTimeOffset ExpiresAt,
    DateTimeOffset At);

/// <summary>A refund failed; staff must look into it.</summary>
[WireEvent("payment.refund_failed.v1", Streams.Payments)]
public sealed record RefundFailedNotice(Guid OrderId, Guid RefundId, string Code, DateTimeOffset At);
