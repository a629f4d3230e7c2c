using Aarya.Infrastructure.Messaging;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>The order's money has arrived.</summary>
[WireEvent("payment.payment_captured.v1", Streams.Payments)]
public sealed record PaymentCaptured(Guid OrderId, Money Amount, DateTimeOffset At);

/// <summary>The order will not be paid with this token.</summary>
/// <param name="Final">No other token would be taken.</param>
/// <param name="ChargeNumber">Which of the shopper's ways to pay it was, from 1 on.</param>
[WireEvent("payment.payment_declined.v1", Streams.Payments)]
public sealed record PaymentDeclined(Guid OrderId, string Code, DateTimeOffset At, bool Final = false, int ChargeNumber = 1);

/// <summary>The shopper has to do something at <see cref="NextActionUrl"/> before the payment goes on.</summary>
[WireEvent("payment.payment_action_required.v1", Streams.Payments)]
public sealed record PaymentActionRequired(Guid OrderId, string NextActionUrl, DateTimeOffset At, int ChargeNumber = 1);

/// <summary>Money was given back.</summary>
[WireEvent("payment.payment_refunded.v1", Streams.Payments)]
public sealed record PaymentRefunded(Guid OrderId, Guid RefundId, Money Amount, DateTimeOffset At);

/// <summary>Money could not be given back; somebody has to look.</summary>
[WireEvent("payment.refund_failed.v1", Streams.Payments)]
public sealed record RefundFailed(Guid OrderId, Guid RefundId, string Code, DateTimeOffset At);
