using Aarya.Features;
using Aarya.Features.Payment.Fraud;

namespace Aarya.Specs.Payment.Fraud;

public sealed class FraudRulesSpec
{
    [Theory]
    [InlineData(1_299, 0, 0, 0, 0, FraudDecision.Accept)]
    [InlineData(100_000, 0, 0, 0, 20, FraudDecision.Accept)]
    [InlineData(500_000, 0, 0, 0, 60, FraudDecision.Review)]
    [InlineData(1_299, 60, 60, 0, 40, FraudDecision.Accept)]
    [InlineData(100_000, 60, 60, 0, 60, FraudDecision.Review)]
    [InlineData(1_299, 15, 15, 10, 50, FraudDecision.Accept)]
    [InlineData(1_299, 60, 60, 40, 90, FraudDecision.Reject)]
    [InlineData(1_299, 60, 60, 10, 40, FraudDecision.Accept)]
    [InlineData(500_000, 60, 60, 60, 100, FraudDecision.Reject)]
    public void points_add_up_to_a_decision(long rupees, int bySubject, int byEmail, int declined, int score, FraudDecision decision)
    {
        var assessed = FraudRules.Assess(Money.Rupees(rupees), new(bySubject, byEmail, declined));

        Assert.Equal((score, decision), (assessed.Score, assessed.Decision));
        Assert.Equal(score > 0, assessed.Reasons.Count > 0);
    }
}
