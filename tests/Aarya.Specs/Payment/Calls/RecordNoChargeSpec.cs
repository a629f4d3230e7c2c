using Aarya.Features;
using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;

namespace Aarya.Specs.Payment.Calls;

public sealed class RecordNoChargeSpec
{
    private static readonly Guid Order = Guid.CreateVersion7();
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);
    private static readonly Money Price = Money.Rupees(1_299);

    private static readonly object[] Attempted =
        [.. OrderPayment.Request(null, new("A-1", Guid.CreateVersion7(), "", Price, "tok_approve", Now.AddMinutes(15), Now),
            new(0, FraudDecision.Accept, []))];

    [Fact]
    public void a_cancelled_order_that_the_provider_never_charged_has_its_payment_voided_once()
    {
        var cancelled = new PaymentCancelled("changed_mind", Now);

        var (facts, messages) = Record([.. Attempted, cancelled]);

        Assert.Equal([new Voided(null, "changed_mind", Now)], facts);
        Assert.Empty(messages);
        Assert.Equal(([], []), Record([.. Attempted, cancelled, .. facts]));
    }

    [Fact]
    public void a_charge_that_turns_up_afterwards_is_refunded()
    {
        object[] cancelled = [.. Attempted, new PaymentCancelled("changed_mind", Now)];
        object[] voided = [.. cancelled, .. Record(cancelled).Facts];

        var late = Fold(voided).FactsOf(new("ch_1", ChargeState.Captured, Price, null, null, null), Now);

        var refund = Assert.Single(late.OfType<RefundStarted>());
        Assert.Equal((Price, "changed_mind"), (refund.Amount, refund.Reason));
    }

    [Fact]
    public void an_order_that_nobody_cancelled_and_a_charge_that_is_known_stay_as_they_are()
    {
        var pending = Fold(Attempted).FactsOf(new("ch_1", ChargeState.Pending, Price, null, null, null), Now);

        Assert.Equal(([], []), Record(Attempted));
        Assert.Equal(([], []), Record([.. Attempted, .. pending, new PaymentCancelled("changed_mind", Now)]));
    }

    private static (object[] Facts, object[] Messages) Record(params object[] facts)
    {
        var (next, messages) = RecordNoChargeHandler.Handle(new(Order), Fold(facts), Now);
        return ([.. next], [.. messages]);
    }

    private static OrderPayment Fold(IEnumerable<object> facts) =>
        facts.Aggregate((OrderPayment?)null, (payment, fact) => OrderPayment.After(payment, Order, fact))!;
}
