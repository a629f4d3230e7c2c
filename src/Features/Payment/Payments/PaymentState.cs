using System.Text.Json;

namespace Aarya.Features.Payment.Payments;

/// <summary>
/// The state of a payment as the public API names it. An order shows its payment in the same words, which a spec compares; it can lag
/// behind by the time that an event takes.
/// </summary>
public enum PaymentState
{
    Pending,
    RequiresAction,
    Captured,
    Declined,
    Voided,

    /// <summary>A refund is in progress.</summary>
    RefundPending,

    /// <summary>The last refund failed; staff must look into it.</summary>
    RefundFailed,
    PartiallyRefunded,
    Refunded,
}

public static class PaymentStateText
{
    /// <summary>The state as clients read it: <c>requires_action</c>.</summary>
    public static string Text(this PaymentState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}");
}
