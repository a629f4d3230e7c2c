using Aarya.Features.Payment.Fraud;

namespace Aarya.Features.Payment.Charges;

/// <summary>
/// An order wants to be paid. The shopper's address is kept only as a fingerprint, which is all that the fraud rules need.
/// </summary>
public sealed record PaymentRequested(
    string Number, Guid Subject, string EmailFingerprint, Money Amount, string Token, bool CaptureLater,
    DateTimeOffset ExpiresAt, DateTimeOffset At);

/// <summary>Nobody is to know any more who paid.</summary>
public sealed record PayerForgotten(DateTimeOffset At);

public sealed record FraudAssessed(int Score, FraudDecision Decision, IReadOnlyList<string> Reasons, DateTimeOffset At);

/// <summary>A person of the shop looked at a payment that the rules held back, and let it go on.</summary>
public sealed record ReviewPassed(Guid By, DateTimeOffset At);

/// <summary>A person of the shop looked at a payment that the rules held back, and refused it.</summary>
public sealed record ReviewFailed(Guid By, DateTimeOffset At);

/// <summary>Recorded before the provider is called, so that a call is never forgotten.</summary>
public sealed record ChargeAttempted(int Attempt, DateTimeOffset At);

/// <summary>The provider holds the charge and will say later how it ended.</summary>
public sealed record ChargePending(string ChargeId, CardOnFile? Card, DateTimeOffset At);

/// <summary>The shopper's bank wants a second step from the shopper.</summary>
public sealed record ActionRequired(string ChargeId, string NextActionUrl, CardOnFile? Card, DateTimeOffset At);

public sealed record Authorised(string ChargeId, Money Amount, CardOnFile? Card, DateTimeOffset At);

/// <summary>The shopper pays another way while the provider holds a charge: the next begins when that one is declined or voided.</summary>
public sealed record RetryRequested(int ChargeNumber, string Token, FraudAssessed Fraud, DateTimeOffset At);

/// <summary>The shopper pays another way: what was charged before has come to nothing.</summary>
/// <param name="Declined">The charge before was declined while the shopper's wish waited for its end.</param>
public sealed record ChargeRenewed(int ChargeNumber, string Token, DateTimeOffset At, bool Declined = false);

/// <param name="ChargeId">Null when there was nothing to pay.</param>
public sealed record Captured(string? ChargeId, Money Amount, CardOnFile? Card, DateTimeOffset At);

/// <param name="ChargeId">Null when no charge was made.</param>
public sealed record Declined(string? ChargeId, string Code, CardOnFile? Card, DateTimeOffset At);

/// <param name="ChargeId">Null when no charge was made.</param>
public sealed record Voided(string? ChargeId, string Reason, DateTimeOffset At);

/// <summary>The order wants no money any more; whatever still arrives goes back.</summary>
public sealed record PaymentCancelled(string Reason, DateTimeOffset At);

/// <param name="ChargeId">Set when the money of an earlier charge goes back, which was never this payment's.</param>
public sealed record RefundStarted(Guid RefundId, Money Amount, string Reason, DateTimeOffset At, string? ChargeId = null);

public sealed record Refunded(Guid RefundId, Money Amount, DateTimeOffset At);

public sealed record RefundDeclined(Guid RefundId, Money Amount, string Code, DateTimeOffset At);
