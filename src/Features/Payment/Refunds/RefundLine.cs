namespace Aarya.Features.Payment.Refunds;

public enum RefundStatus
{
    Pending,
    Succeeded,
    Failed,
}

/// <summary>One refund of a payment.</summary>
/// <param name="Id">The asker's own id.</param>
/// <param name="ChargeId">Set when it gives back an earlier charge, whose money was never this payment's.</param>
public sealed record RefundLine(Guid Id, Money Amount, RefundStatus Status, string? Code, string? ChargeId = null);
