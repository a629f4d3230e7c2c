namespace Aarya.Sandbox.Truth;

/// <summary>What happens when a token is charged.</summary>
/// <param name="Outcome">The status that the charge starts in; a charge without capture stops at authorized.</param>
/// <param name="Card">The card behind the token.</param>
internal sealed record TestToken(ChargeStatus Outcome, Card Card, string? DeclineCode = null)
{
    /// <summary>The first request is lost in transit: no charge, no answer.</summary>
    public bool LosesFirstRequest { get; private init; }

    /// <summary>The charge is made, but its first answer is lost.</summary>
    public bool LosesFirstAnswer { get; private init; }

    /// <summary>The answer is slow.</summary>
    public bool IsSlow { get; private init; }

    /// <summary>The bank refuses to refund it.</summary>
    public bool RefusesRefunds { get; private init; }

    private static readonly Card Visa = new("visa", "4242", 12, 2034);
    private static readonly Card Mastercard = new("mastercard", "4444", 11, 2033);
    private static readonly Card RuPay = new("rupay", "0005", 10, 2032);

    private static readonly Dictionary<string, TestToken> Known = new(StringComparer.Ordinal)
    {
        ["tok_approve"] = new(ChargeStatus.Captured, Visa),
        ["tok_decline_funds"] = new(ChargeStatus.Declined, Mastercard, "insufficient_funds"),
        ["tok_decline_stolen"] = new(ChargeStatus.Declined, Mastercard, "stolen_card"),
        ["tok_challenge"] = new(ChargeStatus.RequiresAction, RuPay),
        ["tok_pending"] = new(ChargeStatus.Pending, RuPay),
        ["tok_timeout_before_charge"] = new(ChargeStatus.Captured, Visa) { LosesFirstRequest = true },
        ["tok_timeout_after_charge"] = new(ChargeStatus.Captured, Visa) { LosesFirstAnswer = true },
        ["tok_slow"] = new(ChargeStatus.Captured, Visa) { IsSlow = true },
        ["tok_refund_declined"] = new(ChargeStatus.Captured, Mastercard) { RefusesRefunds = true },
    };

    public static TestToken? Find(string token) => Known.GetValueOrDefault(token);
}
