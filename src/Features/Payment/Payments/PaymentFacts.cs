using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Providers;

namespace Aarya.Features.Payment.Payments;

/// <summary>The facts of a payment.</summary>
internal static class PaymentFacts
{
    /// <summary>
    /// Each is stored under its own name, without its namespace: the store knows every name from the start, so that a fact is read whatever
    /// room its record has moved to.
    /// </summary>
    public static IReadOnlyList<Type> All { get; } =
    [
        typeof(PaymentRequested), typeof(PayerForgotten), typeof(FraudAssessed), typeof(ReviewPassed), typeof(ReviewFailed),
        typeof(ChargeAttempted), typeof(ChargePending), typeof(ActionRequired), typeof(Authorised), typeof(RetryRequested),
        typeof(ChargeRenewed), typeof(Captured), typeof(Declined), typeof(Voided), typeof(PaymentCancelled), typeof(RefundStarted),
        typeof(Refunded), typeof(RefundDeclined),
    ];
}

/// <summary>
/// A payment of an order was requested. The shopper's e-mail address is stored only as a fingerprint, which is all that the fraud rules
/// need.
/// </summary>
public sealed record PaymentRequested(
    string Number, Guid Subject, string EmailFingerprint, Money Amount, string Token,
    DateTimeOffset ExpiresAt, DateTimeOffset At);

/// <summary>The payer's personal data was erased.</summary>
public sealed record PayerForgotten(DateTimeOffset At);

public sealed record FraudAssessed(int Score, FraudDecision Decision, IReadOnlyList<string> Reasons, DateTimeOffset At);

/// <summary>A member of staff approved a payment that the fraud rules held back.</summary>
public sealed record ReviewPassed(Guid By, DateTimeOffset At);

/// <summary>A member of staff rejected a payment that the fraud rules held back.</summary>
public sealed record ReviewFailed(Guid By, DateTimeOffset At);

/// <summary>Recorded before the provider is called, so that a call is never forgotten.</summary>
public sealed record ChargeAttempted(int Attempt, DateTimeOffset At);

/// <summary>The provider holds the charge and will report its outcome later.</summary>
public sealed record ChargePending(string ChargeId, CardOnFile? Card, DateTimeOffset At);

/// <summary>The shopper's bank requires a second step by the shopper.</summary>
public sealed record ActionRequired(string ChargeId, string NextActionUrl, CardOnFile? Card, DateTimeOffset At);

public sealed record Authorised(string ChargeId, Money Amount, CardOnFile? Card, DateTimeOffset At);

/// <summary>
/// The shopper pays with another token while the provider holds a charge: the next charge begins when that one is declined or voided.
/// </summary>
public sealed record RetryRequested(int ChargeNumber, string Token, FraudAssessed Fraud, DateTimeOffset At);

/// <summary>The next charge begins, with another token: the previous one has ended unpaid.</summary>
/// <param name="Declined">True when the previous charge was declined while the next one waited for its end.</param>
public sealed record ChargeRenewed(int ChargeNumber, string Token, DateTimeOffset At, bool Declined = false);

/// <param name="ChargeId">Null when there was nothing to pay.</param>
public sealed record Captured(string? ChargeId, Money Amount, CardOnFile? Card, DateTimeOffset At);

/// <param name="ChargeId">Null when no charge was made.</param>
public sealed record Declined(string? ChargeId, string Code, CardOnFile? Card, DateTimeOffset At);

/// <param name="ChargeId">Null when no charge was made.</param>
public sealed record Voided(string? ChargeId, string Reason, DateTimeOffset At);

/// <summary>The payment was cancelled; money that still arrives is refunded.</summary>
public sealed record PaymentCancelled(string Reason, DateTimeOffset At);

/// <param name="ChargeId">Set for the refund of an earlier charge, which never counted as paid.</param>
public sealed record RefundStarted(Guid RefundId, Money Amount, string Reason, DateTimeOffset At, string? ChargeId = null);

public sealed record Refunded(Guid RefundId, Money Amount, DateTimeOffset At);

public sealed record RefundDeclined(Guid RefundId, Money Amount, string Code, DateTimeOffset At);
