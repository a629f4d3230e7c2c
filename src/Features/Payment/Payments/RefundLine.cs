namespace Aarya.Features.Payment.Payments;

public enum RefundStatus
{
    Pending,
    Succeeded,
    Failed,
}

/// <summary>One refund of a payment.</summary>
/// <param name="Id">The requester's own id.</param>
/// <param name="ChargeId">Set for the refund of an earlier charge, which never counted as paid.</param>
public sealed record RefundLine(Guid Id, Money Amount, RefundStatus Status, string? Code, string? ChargeId = null);
