namespace Aarya.Features.Payment.Fraud;

public enum FraudDecision
{
    Accept,
    Review,
    Reject,
}

/// <param name="Score">0 (no concern) to 100.</param>
/// <param name="Reasons">The names of the rules that scored, for the reviewer.</param>
public sealed record FraudAssessment(int Score, FraudDecision Decision, IReadOnlyList<string> Reasons);

/// <summary>What a shopper did in the last <see cref="FraudRules.Window"/>.</summary>
/// <param name="EmailFingerprint">
/// The fingerprint of this payment's address, for comparison with later ones; see <see cref="EmailFingerprints"/>.
/// </param>
public sealed record FraudHistory(int BySubject, int ByEmail, int DeclinedBySubject, string EmailFingerprint = "");

/// <summary>
/// The shop's own rules and their points: an amount of ₹1,00,000 or more 20, of ₹5,00,000 or more 60; 60 or more payments in ten minutes by
/// one shopper 20, by one address 20; ten or more declined payments that are most of the shopper's payments (cards being tried out) 50.
/// From 60 points a payment waits for a reviewer, from 90 it is rejected.
/// </summary>
public static class FraudRules
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private const int ReviewAt = 60;
    private const int RejectAt = 90;
    private const int BusyShopper = 60;
    private const int TriedCards = 10;
    private static readonly long Large = Money.Rupees(100_000).Minor;
    private static readonly long VeryLarge = Money.Rupees(500_000).Minor;

    public static FraudAssessment Assess(Money amount, FraudHistory history)
    {
        (bool Applies, int Points, string Reason)[] rules =
        [
            (amount.Minor >= VeryLarge, 60, "very_large_amount"),
            (amount.Minor >= Large && amount.Minor < VeryLarge, 20, "large_amount"),
            (history.BySubject >= BusyShopper, 20, "many_payments_by_shopper"),
            (history.ByEmail >= BusyShopper, 20, "many_payments_by_email"),
            (history.DeclinedBySubject >= TriedCards && history.DeclinedBySubject * 2 > history.BySubject, 50, "cards_tried_out"),
        ];
        var scored = rules.Where(x => x.Applies).ToList();
        var score = Math.Min(100, scored.Sum(x => x.Points));
        return new(score, score >= RejectAt ? FraudDecision.Reject : score >= ReviewAt ? FraudDecision.Review : FraudDecision.Accept,
            [.. scored.Select(x => x.Reason)]);
    }
}
