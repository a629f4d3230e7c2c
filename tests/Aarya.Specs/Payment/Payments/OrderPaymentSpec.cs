using Aarya.Features;
using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;

namespace Aarya.Specs.Payment.Payments;

public sealed class OrderPaymentSpec
{
    private static readonly Guid Order = Guid.CreateVersion7();
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);
    private static readonly Money Price = Money.Rupees(1_299);
    private static readonly CardOnFile Visa = new("visa", "4242", 12, 2034);

    private static readonly FraudAssessment Fine = new(0, FraudDecision.Accept, []);

    private static PaymentRequested Requested() =>
        new("A-1", Guid.CreateVersion7(), "", Price, "tok_approve", Now.AddMinutes(15), Now);

    private static OrderPayment Fold(params IEnumerable<object> facts)
    {
        OrderPayment? payment = null;
        foreach (var fact in facts) payment = OrderPayment.After(payment, Order, fact);
        return payment!;
    }

    private static OrderPayment Asked => Fold(OrderPayment.Request(null, Requested(), Fine));

    private static OrderPayment Paid =>
        Fold([.. OrderPayment.Request(null, Requested(), Fine), .. Asked.FactsOf(Report(ChargeState.Captured), Now)]);

    private static ChargeReport Report(ChargeState state, string? id = "ch_1") =>
        new(id, state, Price, Visa, state == ChargeState.Declined ? "insufficient_funds" : null, "https://bank.example/step");

    [Fact]
    public void an_attempt_is_a_fact_before_it_is_a_call()
    {
        var (facts, messages) = PaymentMessages.Of(Order, null, OrderPayment.Request(null, Requested(), Fine));

        Assert.Equal([typeof(PaymentRequested), typeof(FraudAssessed), typeof(ChargeAttempted)], facts.Select(x => x.GetType()));
        Assert.Equal(new SendCharge(Order, 1), Assert.Single(messages));
        Assert.DoesNotContain("kavya", System.Text.Json.JsonSerializer.Serialize(facts.Cast<object>()), StringComparison.Ordinal);
    }

    public static TheoryData<ChargeState, ChargeState> Orders
    {
        get
        {
            var all = new TheoryData<ChargeState, ChargeState>();
            foreach (var first in Enum.GetValues<ChargeState>())
                foreach (var second in Enum.GetValues<ChargeState>()) all.Add(first, second);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void whatever_order_news_comes_in_an_end_is_told_once_and_never_taken_back(ChargeState first, ChargeState second)
    {
        var once = Fold([.. OrderPayment.Request(null, Requested(), Fine), .. Asked.FactsOf(Report(first), Now)]);
        Assert.Empty(once.FactsOf(Report(first), Now));

        var news = once.FactsOf(Report(second), Now);
        if (first == ChargeState.Captured) Assert.Empty(news);
        if (first is ChargeState.Declined or ChargeState.Voided) Assert.Equal(second == ChargeState.Captured ? 1 : 0, news.Count);
        if (!once.IsOpen && second != ChargeState.Captured) Assert.Empty(news);
    }

    [Fact]
    public void money_that_nobody_wants_any_more_goes_back_whole_and_is_announced_as_unwanted()
    {
        var cancelled = Fold([.. OrderPayment.Request(null, Requested(), Fine), .. OrderPayment.Cancel(Asked, "unpaid", Now)]);

        var (facts, messages) = PaymentMessages.Of(Order, cancelled, cancelled.FactsOf(Report(ChargeState.Captured), Now));

        Assert.Equal([typeof(Captured), typeof(RefundStarted)], facts.Select(x => x.GetType()));
        Assert.Equal(
            [new PaymentCapturedNotice(Order, Price, Now, IsUnwanted: true), new SendRefund(Order, cancelled.RefundIdOfCancellation, 1)],
            messages);
    }

    [Fact]
    public void a_cancelled_orders_money_is_refunded_at_once_under_one_id_and_only_what_is_left_of_it()
    {
        var (facts, messages) = PaymentMessages.Of(Order, Paid, OrderPayment.Cancel(Paid, "shopper", Now));

        Assert.Equal([new PaymentCancelled("shopper", Now), new RefundStarted(Paid.RefundIdOfCancellation, Price, "shopper", Now)],
            facts.Cast<object>());
        Assert.Equal(new SendRefund(Order, Paid.RefundIdOfCancellation, 1), Assert.Single(messages));
        Assert.Empty(OrderPayment.Cancel(Then(Paid, facts.Cast<object>()), "shopper", Now));

        var rest = Then(Paid, [new RefundStarted(Guid.CreateVersion7(), Money.Rupees(299), "torn", Now)]);
        Assert.Equal(Money.Rupees(1_000), Assert.IsType<RefundStarted>(OrderPayment.Cancel(rest, "shopper", Now)[^1]).Amount);
        var none = Then(Paid, [new RefundStarted(Guid.CreateVersion7(), Price, "torn", Now)]);
        Assert.IsType<PaymentCancelled>(Assert.Single(OrderPayment.Cancel(none, "shopper", Now)));
    }

    [Fact]
    public void a_charge_of_another_id_is_not_this_payments()
    {
        Assert.Empty(Paid.FactsOf(Report(ChargeState.Captured, "ch_2"), Now));
        Assert.Empty(Fold(new PaymentCancelled("unpaid", Now)).FactsOf(Report(ChargeState.Captured), Now));
    }

    private static OrderPayment Declined => OrderPayment.After(Asked, Order, Asked.FactsOf(Report(ChargeState.Declined), Now)[0]);

    private static OrderPayment Challenged => OrderPayment.After(Asked, Order, Asked.FactsOf(Report(ChargeState.ActionRequired), Now)[0]);

    private static OrderPayment Then(OrderPayment before, IEnumerable<object> facts) =>
        facts.Aggregate(before, (x, fact) => OrderPayment.After(x, Order, fact));

    [Fact]
    public void after_a_decline_the_next_token_is_the_next_charge()
    {
        var (facts, messages) = PaymentMessages.Of(Order, Declined, Declined.Retry(2, "tok_other", Fine, Now));

        Assert.Equal([typeof(ChargeRenewed), typeof(FraudAssessed), typeof(ChargeAttempted)], facts.Select(x => x.GetType()));
        Assert.Equal(new SendCharge(Order, 1), Assert.Single(messages));
        var again = Then(Declined, facts.Cast<object>());
        Assert.Equal((2, "tok_other", true), (again.ChargeNumber, again.Token, again.AwaitsAnswer));
        Assert.Empty(again.Retry(2, "tok_other", Fine, Now));
        Assert.Empty(again.FactsOf(Report(ChargeState.Declined), Now));
        Assert.IsType<Captured>(Assert.Single(again.FactsOf(Report(ChargeState.Captured, "ch_2") with { Number = 2 }, Now)));
    }

    [Fact]
    public void what_the_provider_holds_is_let_go_before_the_next_charge_begins()
    {
        var (facts, messages) = PaymentMessages.Of(Order, Challenged, Challenged.Retry(2, "tok_other", Fine, Now));
        Assert.IsType<RetryRequested>(Assert.Single(facts));
        Assert.Equal(new VoidCharge(Order, 1), Assert.Single(messages));
        var leaving = Then(Challenged, facts.Cast<object>());

        // The capture came first: it is the payment.
        var paid = Then(leaving, leaving.FactsOf(Report(ChargeState.Captured), Now));
        Assert.Equal((PaymentStatus.Captured, 1, null), (paid.Status, paid.ChargeNumber, paid.Next));

        foreach (var end in new[] { ChargeState.Voided, ChargeState.Declined })
        {
            var next = Then(leaving, leaving.FactsOf(Report(end), Now));
            Assert.Equal((PaymentStatus.Pending, 2, "tok_other", 1), (next.Status, next.ChargeNumber, next.Token, next.Attempts));
        }

        // The order is cancelled meanwhile: no further charge begins.
        var cancelled = Then(leaving, OrderPayment.Cancel(leaving, "unpaid", Now));
        Assert.Equal(PaymentStatus.Voided, Then(cancelled, cancelled.FactsOf(Report(ChargeState.Voided), Now)).Status);
    }

    [Fact]
    public void money_of_an_earlier_charge_goes_back_once_and_is_no_refund_of_the_order()
    {
        var second = Then(Declined, Declined.Retry(2, "tok_other", Fine, Now));
        foreach (var now in new[] { second, Then(second, second.FactsOf(Report(ChargeState.Captured, "ch_2") with { Number = 2 }, Now)) })
        {
            var (facts, messages) = PaymentMessages.Of(Order, now, now.FactsOf(Report(ChargeState.Captured), Now));
            var refund = Assert.IsType<RefundStarted>(Assert.Single(facts));
            Assert.Equal(("ch_1", new SendRefund(Order, refund.RefundId, 1)), (refund.ChargeId, Assert.Single(messages)));
            var refunding = Then(now, facts.Cast<object>());
            Assert.Empty(refunding.FactsOf(Report(ChargeState.Captured), Now));

            var (_, told) = PaymentMessages.Of(Order, refunding, refunding.FactsOfRefund(refund.RefundId, new(true, Price), Now));
            Assert.Empty(told);
            Assert.Equal(0, Then(refunding, refunding.FactsOfRefund(refund.RefundId, new(true, Price), Now)).RefundedAmount.Minor);
            Assert.Equal(now.CapturedAmount, refunding.Refundable);
        }
    }

    [Fact]
    public void a_refund_that_the_providers_desk_makes_counts_for_the_charge_that_it_gives_back()
    {
        var second = Then(Declined, Declined.Retry(2, "tok_other", Fine, Now));
        var paid = Then(second, second.FactsOf(Report(ChargeState.Captured, "ch_2") with { Number = 2 }, Now));

        Assert.Empty(paid.FactsOfRefund(Guid.CreateVersion7(), new(true, Price), Now, chargeNumber: 1));
        Assert.IsType<Refunded>(Assert.Single(paid.FactsOfRefund(Guid.CreateVersion7(), new(true, Price), Now, chargeNumber: 2)));
    }

    [Fact]
    public void no_charge_begins_when_its_order_has_expired_while_the_one_before_was_let_go()
    {
        var leaving = Then(Challenged, Challenged.Retry(2, "tok_other", Fine, Now));

        var (facts, messages) = PaymentMessages.Of(Order, leaving, leaving.FactsOf(Report(ChargeState.Voided), Now.AddMinutes(15)));

        Assert.Equal(DeclineCodes.Expired, Assert.IsType<Declined>(facts.Cast<object>().Last()).Code);
        Assert.True(Assert.IsType<PaymentDeclinedNotice>(Assert.Single(messages)).Final);
    }

    [Fact]
    public void a_payment_that_has_ended_is_not_tried_again()
    {
        Assert.Empty(Paid.Retry(2, "tok_other", Fine, Now));
        Assert.Empty(Declined.Retry(1, "tok_other", Fine, Now));
        Assert.Empty(Declined.Retry(2, "tok_other", Fine, Now.AddMinutes(15)));
        Assert.Empty(Then(Declined, OrderPayment.Cancel(Declined, "unpaid", Now)).Retry(2, "tok_other", Fine, Now));
        var refused = Fold(OrderPayment.Request(null, Requested(), new(100, FraudDecision.Reject, ["cards_tried_out"])));
        Assert.Empty(refused.Retry(2, "tok_other", Fine, Now));
    }

    [Fact]
    public void each_way_to_pay_is_looked_at_by_the_fraud_rules_and_people_look_once()
    {
        var suspect = new FraudAssessment(100, FraudDecision.Reject, ["cards_tried_out"]);
        Assert.Equal(DeclineCodes.FraudRejected, Assert.IsType<Declined>(Declined.Retry(2, "tok_other", suspect, Now)[^1]).Code);

        var doubtful = new FraudAssessment(60, FraudDecision.Review, ["very_large_amount"]);
        var held = Then(Declined, Declined.Retry(2, "tok_other", doubtful, Now));
        Assert.Equal(PaymentStatus.InReview, held.Status);
        var passed = Then(held, held.PassReview(Guid.CreateVersion7(), Now));
        var declined = Then(passed, passed.FactsOf(Report(ChargeState.Declined, "ch_2") with { Number = 2 }, Now));
        Assert.Equal(PaymentStatus.Pending, Then(declined, declined.Retry(3, "tok_third", doubtful, Now)).Status);
        Assert.Equal(2, declined.Declines);
    }

    [Fact]
    public void no_further_attempt_is_made_once_the_order_expired_or_an_answer_is_known()
    {
        Assert.IsType<ChargeAttempted>(Assert.Single(Asked.AttemptAgain(Now.AddMinutes(14))));
        Assert.Equal(DeclineCodes.ProviderUnreachable, Assert.IsType<Declined>(Assert.Single(Asked.AttemptAgain(Now.AddMinutes(15)))).Code);
        Assert.Empty(Paid.AttemptAgain(Now));
        Assert.Empty(Fold([.. OrderPayment.Request(null, Requested(), Fine), .. Asked.FactsOf(Report(ChargeState.Pending), Now)])
            .AttemptAgain(Now));
    }

    [Theory]
    [InlineData(129_900, null)]
    [InlineData(1, null)]
    [InlineData(129_901, "exceeds_captured")]
    [InlineData(0, "amount_invalid")]
    [InlineData(-1, "amount_invalid")]
    public void a_refund_is_more_than_nothing_and_at_most_what_was_taken(long amount, string? refusal)
    {
        var fact = Assert.Single(Paid.StartRefund(Guid.CreateVersion7(), new(amount, Money.Inr), "returned", Now));

        Assert.Equal(refusal, (fact as RefundDeclined)?.Code);
    }

    [Fact]
    public void refunds_on_their_way_count_as_given()
    {
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var under = OrderPayment.After(Paid, Order, Paid.StartRefund(first, Money.Rupees(1_000), "returned", Now)[0]);

        Assert.Empty(under.StartRefund(first, Money.Rupees(1_000), "returned", Now));
        Assert.Equal("exceeds_captured",
            Assert.IsType<RefundDeclined>(under.StartRefund(second, Money.Rupees(300), "returned", Now)[0]).Code);
        Assert.Equal(Money.Rupees(299), Assert.IsType<RefundStarted>(under.StartRefund(second, null, "returned", Now)[0]).Amount);
        Assert.Equal("currency_mismatch", Assert.IsType<RefundDeclined>(under.StartRefund(second, new(1, "USD"), "returned", Now)[0]).Code);
    }

    [Fact]
    public void a_refund_that_failed_frees_its_amount()
    {
        var id = Guid.CreateVersion7();
        var under = OrderPayment.After(Paid, Order, Paid.StartRefund(id, null, "returned", Now)[0]);

        var failed = OrderPayment.After(under, Order, under.FactsOfRefund(id, new(false, Price, "refund_declined"), Now)[0]);

        Assert.Equal(Price, failed.Refundable);
        Assert.Equal(PaymentState.RefundFailed, failed.State);
        Assert.Empty(failed.FactsOfRefund(id, new(true, Price), Now));
    }

    [Fact]
    public void the_words_of_the_api_follow_the_money()
    {
        var id = Guid.CreateVersion7();
        var part = OrderPayment.After(Paid, Order, new RefundStarted(id, Money.Rupees(299), "returned", Now));
        Assert.Equal(PaymentState.RefundPending, part.State);
        part = OrderPayment.After(part, Order, new Refunded(id, Money.Rupees(299), Now));
        Assert.Equal(PaymentState.PartiallyRefunded, part.State);
        Assert.Equal(PaymentState.Refunded,
            OrderPayment.After(part, Order, new Refunded(Guid.CreateVersion7(), Money.Rupees(1_000), Now)).State);
    }

    [Fact]
    public void a_payment_is_watched_exactly_while_there_is_something_to_learn()
    {
        Assert.NotNull(Asked.WatchUntil);
        Assert.Null(Paid.WatchUntil);
        Assert.Null(
            Fold([.. OrderPayment.Request(null, Requested(), Fine),
                .. Asked.FactsOf(new(null, ChargeState.Declined, Price, DeclineCode: "token_unknown"), Now)]).WatchUntil);
        Assert.NotNull(Fold([.. OrderPayment.Request(null, Requested(), Fine), .. Asked.AttemptAgain(Now.AddMinutes(20))]).WatchUntil);
        Assert.NotNull(OrderPayment.After(Paid, Order, new RefundStarted(Guid.CreateVersion7(), Price, "returned", Now)).WatchUntil);
    }

    [Fact]
    public void the_shop_knows_since_when_it_has_money_that_it_must_refund()
    {
        DateTimeOffset At(int minutes) => Now.AddMinutes(minutes);
        var id = Guid.CreateVersion7();
        Assert.Null(Paid.UnwantedSince);
        Assert.Null(OrderPayment.After(Paid, Order, new RefundStarted(id, Price, "returned", At(1))).UnwantedSince);

        // Further tries do not make it younger; a refused refund leaves it.
        var cancelled = Then(Paid, OrderPayment.Cancel(Paid, "changed_mind", At(1)));
        Assert.Equal(At(1), cancelled.UnwantedSince);
        var refused = Then(cancelled, [new RefundDeclined(cancelled.RefundIdOfCancellation, Price, "refund_declined", At(2))]);
        var again = Then(refused, [new RefundStarted(id, Price, "again", At(3))]);
        Assert.Equal((At(1), At(1)), (refused.UnwantedSince, again.UnwantedSince));
        Assert.Null(Then(again, [new Refunded(id, Price, At(4))]).UnwantedSince);

        // Captured after the shop had given up.
        var late = Then(Asked, [.. Asked.AttemptAgain(At(20))]);
        late = Then(late, late.FactsOf(Report(ChargeState.Captured), At(21)));
        Assert.Equal(At(21), late.UnwantedSince);
        Assert.Null(Then(late, [new Refunded(late.RefundIdOfCancellation, Price, At(22))]).UnwantedSince);
    }

    [Fact]
    public void a_second_charge_is_unwanted_until_its_refund_is_made_at_the_providers_desk_too()
    {
        var second = Then(Declined, Declined.Retry(2, "tok_other", Fine, Now));
        var paid = Then(second, second.FactsOf(Report(ChargeState.Captured, "ch_2") with { Number = 2 }, Now));
        var twice = Then(paid, paid.FactsOf(Report(ChargeState.Captured), Now));
        Assert.Equal(Now, twice.UnwantedSince);
        var refund = Assert.Single(twice.Refunds);
        var refused = Then(twice, twice.FactsOfRefund(refund.Id, new(false, Price, "refund_declined"), Now));
        Assert.Equal(Now, refused.UnwantedSince);

        Assert.Empty(refused.FactsOfRefund(Guid.CreateVersion7(), new(true, Money.Rupees(1)), Now, chargeNumber: 1, "ch_1"));
        Assert.Empty(refused.FactsOfRefund(Guid.CreateVersion7(), new(true, Price), Now, chargeNumber: 1, "ch_other"));
        var made = Then(refused, refused.FactsOfRefund(Guid.CreateVersion7(), new(true, Price), Now, chargeNumber: 1, "ch_1"));
        Assert.Empty(made.FactsOfRefund(Guid.CreateVersion7(), new(true, Price), Now, chargeNumber: 1, "ch_1"));

        Assert.Null(made.UnwantedSince);
        Assert.Equal((Price, 0L), (made.Refundable, made.RefundedAmount.Minor));
    }

    [Fact]
    public void the_first_and_the_last_call_of_each_charge_are_known()
    {
        Assert.Equal((Now, Now), (Asked.AskedAt, Asked.LastAskedAt));
        var again = Then(Asked, Asked.AttemptAgain(Now.AddMinutes(1)));
        Assert.Equal((Now, Now.AddMinutes(1)), (again.AskedAt, again.LastAskedAt));
        var second = Then(Declined, Declined.Retry(2, "tok_other", Fine, Now.AddMinutes(9)));
        Assert.Equal((Now.AddMinutes(9), Now.AddMinutes(9)), (second.AskedAt, second.LastAskedAt));
    }
}
