using Aarya.Features;
using Aarya.Features.Commerce.Orders;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Commerce.Orders;

public sealed class OrderSpec
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly Money Total = Money.Rupees(1_579);

    private readonly Guid refund = Guid.CreateVersion7();
    private readonly Order pending = Order.From(Guid.CreateVersion7(), new(
        1, OrderNumber.Of(1), Guid.CreateVersion7(), "asha@example.com",
        [new("TEE-S", "Linen tee", "S", "white", "/tee.jpg", 1, Money.Rupees(1_500), 12)],
        new(Money.Rupees(1_500), Money.Zero(), Money.Rupees(79), new(160_71, "INR"), Total),
        "standard", SampleAddresses.Bengaluru, Now, Now.AddMinutes(15)));

    private Order Confirmed => pending.After(pending.Receive(Total, goodsSold: true, Now));

    private Order Cancelled => pending.After(pending.Expire(Now));

    private static void Is(IReadOnlyList<object> facts, params object[] expected) => Assert.Equal(expected, facts);

    [Fact]
    public void a_payment_confirms_the_order_and_again_does_nothing()
    {
        Is(pending.Receive(Total, goodsSold: true, Now), new PaymentReceived(Total, Now), new OrderConfirmed(Now));

        Assert.Equal((OrderStatus.Confirmed, OrderPaymentStatus.Captured), (Confirmed.Status, Confirmed.PaymentStatus));
        Assert.Empty(Confirmed.Receive(Total, goodsSold: false, Now));
    }

    [Fact]
    public void a_payment_after_the_cancellation_goes_back_at_once_and_only_once()
    {
        var facts = Cancelled.Receive(Total, goodsSold: false, Now);

        Is(facts, new PaymentReceived(Total, Now));
        var late = Cancelled.After(facts);
        Assert.Equal((OrderStatus.Cancelled, OrderPaymentStatus.RefundPending), (late.Status, late.PaymentStatus));
        Assert.Empty(late.Receive(Total, goodsSold: false, Now));
    }

    [Fact]
    public void staff_can_refund_money_that_came_too_late_when_the_provider_refused_its_refund()
    {
        var late = Cancelled.After(Cancelled.ReceiveUnwanted(Total, Now));
        Assert.Equal((OrderPaymentStatus.RefundPending, Total), (late.PaymentStatus, late.Paid));
        Assert.Empty(late.ReceiveUnwanted(Total, Now));

        var refused = late.After(late.FailRefund(refund, "refund_declined", Now));
        Assert.Equal(OrderPaymentStatus.RefundFailed, refused.PaymentStatus);
        Assert.True(refused.CanBeRefunded);
    }

    [Fact]
    public void money_that_is_refunded_at_once_confirms_no_order_in_whatever_order_the_news_comes()
    {
        Func<Order, IReadOnlyList<object>>[] news =
        [
            x => x.ReceiveUnwanted(Total, Now),
            x => x.Decline("fraud_rejected", final: true, 1, Now),
            x => x.GiveBack(refund, Total, Now),
        ];
        foreach (var order in Shuffled(news).Select(x => x.Concat(x).Aggregate(pending, (order, tell) => order.After(tell(order)))))
            Assert.Equal((OrderStatus.Cancelled, OrderPaymentStatus.Refunded, Total), (order.Status, order.PaymentStatus, order.Paid));
    }

    [Fact]
    public void a_payment_that_is_too_small_cancels_the_order_and_goes_back()
    {
        var paid = Total - Money.Rupees(1);

        Assert.False(pending.IsConfirmedBy(paid));
        Is(pending.Receive(paid, goodsSold: false, Now),
            new PaymentReceived(paid, Now), new OrderCancelled(CancelReason.PaymentShort, Now));
    }

    [Fact]
    public void a_payment_for_goods_that_are_no_longer_held_goes_back() =>
        Is(pending.Receive(Total, goodsSold: false, Now),
            new PaymentReceived(Total, Now), new OrderCancelled(CancelReason.GoodsGone, Now));

    [Fact]
    public void money_that_went_back_before_its_arrival_was_told_is_not_sent_back_twice()
    {
        var told = pending.GiveBack(refund, Total, Now);
        Is(told, new OrderRefunded(refund, Total, true, Now), new OrderCancelled(CancelReason.Refunded, Now));

        var order = pending.After(told);
        Is(order.Receive(Total, goodsSold: false, Now), new PaymentReceived(Total, Now));
        Assert.Equal((OrderStatus.Cancelled, OrderPaymentStatus.Refunded), (order.Status, order.PaymentStatus));
    }

    [Fact]
    public void a_declined_payment_leaves_the_order_open_for_another_way_to_pay()
    {
        var facts = pending.Decline("insufficient_funds", final: false, 1, Now);

        Is(facts, new PaymentDeclined("insufficient_funds", Now));
        var declined = pending.After(facts);
        Assert.Equal((OrderStatus.PendingPayment, OrderPaymentStatus.Declined), (declined.Status, declined.PaymentStatus));
        Assert.Empty(declined.Decline("insufficient_funds", final: false, 1, Now));
        Assert.Empty(declined.RequireAction("https://bank.example/3ds", 1, Now));

        var again = declined.After(declined.PayAgain(Now));
        Assert.Equal((OrderPaymentStatus.Pending, 2), (again.PaymentStatus, again.ChargeNumber));
        Assert.Empty(again.Decline("insufficient_funds", final: false, 1, Now));
        Assert.Empty(again.RequireAction("https://bank.example/3ds", 1, Now));
        Is(again.Decline("stolen_card", final: false, 2, Now), new PaymentDeclined("stolen_card", Now));
        Is(again.Receive(Total, goodsSold: true, Now), new PaymentReceived(Total, Now), new OrderConfirmed(Now));
    }

    [Fact]
    public void a_payment_that_the_shop_refuses_ends_the_order_and_one_that_comes_after_all_goes_back()
    {
        var facts = pending.Decline("fraud_rejected", final: true, 1, Now);

        Is(facts, new PaymentDeclined("fraud_rejected", Now), new OrderCancelled(CancelReason.PaymentDeclined, Now));
        var declined = pending.After(facts);
        Assert.Equal((OrderStatus.Cancelled, OrderPaymentStatus.Declined), (declined.Status, declined.PaymentStatus));
        Assert.Empty(declined.Decline("fraud_rejected", final: true, 1, Now));
        var late = declined.After(declined.Receive(Total, goodsSold: false, Now));
        Assert.Equal(OrderPaymentStatus.RefundPending, late.PaymentStatus);
    }

    [Fact]
    public void an_order_gives_way_to_another_one_when_nobody_is_paying_it()
    {
        Assert.False(pending.GivesWay(Now));
        Assert.False(Confirmed.GivesWay(Now.AddDays(1)));
        Assert.False(Cancelled.GivesWay(Now.AddDays(1)));
        var declined = pending.After(pending.Decline("insufficient_funds", final: false, 1, Now));
        Assert.True(declined.GivesWay(Now));
        Is(declined.GiveWay(Now), new OrderCancelled(CancelReason.Replaced, Now));
        Assert.False(declined.After(declined.PayAgain(Now)).GivesWay(Now));
        Assert.False(pending.After(pending.RequireAction("https://bank.example/3ds", 1, Now)).GivesWay(Now));

        Assert.True(pending.GivesWay(pending.ExpiresAt));
        Is(pending.GiveWay(pending.ExpiresAt), new OrderCancelled(CancelReason.Unpaid, pending.ExpiresAt));
        Is(declined.Expire(pending.ExpiresAt), new OrderCancelled(CancelReason.PaymentDeclined, pending.ExpiresAt));
    }

    [Fact]
    public void news_that_comes_after_the_confirmation_changes_nothing()
    {
        Assert.Empty(Confirmed.Decline("late", final: false, 1, Now));
        Assert.Empty(Confirmed.RequireAction("https://bank.example/3ds", 1, Now));
        Assert.Empty(Confirmed.Expire(Now));
    }

    [Fact]
    public void a_second_step_shows_its_address_until_the_payment_is_there()
    {
        var waiting = pending.After(pending.RequireAction("https://bank.example/3ds", 1, Now));

        Assert.Equal(OrderPaymentStatus.RequiresAction, waiting.PaymentStatus);
        Assert.Equal("https://bank.example/3ds", OrderView.Of(waiting).Payment.NextAction?.Url);
        Assert.Empty(waiting.RequireAction("https://bank.example/3ds", 1, Now));
        Assert.Null(OrderView.Of(waiting.After(waiting.Receive(Total, goodsSold: true, Now))).Payment.NextAction);
    }

    [Fact]
    public void a_cancelled_order_that_was_paid_awaits_its_refund_and_has_not_ended_until_it_is_refunded()
    {
        Is(pending.Cancel(CancelReason.ByShopper, Now), new OrderCancelled(CancelReason.ByShopper, Now));
        Is(Confirmed.Cancel(CancelReason.ByShopper, Now), new OrderCancelled(CancelReason.ByShopper, Now));
        var owed = Confirmed.After(Confirmed.Cancel(CancelReason.ByShopper, Now));
        Assert.Equal((OrderPaymentStatus.RefundPending, true, false), (owed.PaymentStatus, owed.CanBeRefunded, owed.HasEnded));

        var failed = owed.After(owed.FailRefund(refund, "provider_refused", Now));
        Assert.Equal((OrderPaymentStatus.RefundFailed, true), (failed.PaymentStatus, failed.CanBeRefunded));
        Assert.Empty(failed.FailRefund(refund, "provider_refused", Now));
        // A refund that failed before the cancellation says nothing about the one that follows from it.
        var before = Guid.CreateVersion7();
        var torn = Confirmed.After(new RefundRequested(before, null, "torn", Now));
        torn = torn.After(torn.FailRefund(before, "provider_refused", Now));
        torn = torn.After(torn.Cancel(CancelReason.ByShopper, Now));
        Assert.Equal((OrderPaymentStatus.RefundPending, false), (torn.PaymentStatus, torn.HasEnded));
        torn = torn.After(torn.FailRefund(refund, "provider_refused", Now));
        Assert.Equal(OrderPaymentStatus.RefundFailed, torn.PaymentStatus);

        var again = Guid.CreateVersion7();
        var asked = failed.After(new RefundRequested(again, null, "torn", Now));
        Assert.Equal(OrderPaymentStatus.RefundPending, asked.PaymentStatus);
        var done = asked.After(asked.GiveBack(again, Total, Now));
        Assert.Equal((OrderStatus.Cancelled, OrderPaymentStatus.Refunded, true), (done.Status, done.PaymentStatus, done.HasEnded));
    }

    [Theory]
    [InlineData(OrderStatus.PendingPayment, true)]
    [InlineData(OrderStatus.Confirmed, true)]
    [InlineData(OrderStatus.Packed, true)]
    [InlineData(OrderStatus.Shipped, false)]
    [InlineData(OrderStatus.Delivered, false)]
    [InlineData(OrderStatus.ReturnRequested, false)]
    [InlineData(OrderStatus.Returned, false)]
    [InlineData(OrderStatus.Cancelled, false)]
    [InlineData(OrderStatus.Refunded, false)]
    public void only_what_has_not_been_shipped_can_be_cancelled(OrderStatus status, bool can)
    {
        var order = pending with { Status = status };

        Assert.Equal(can, order.CanBeCancelled);
        if (!can) Assert.Throws<InvalidOperationException>(() => order.Cancel(CancelReason.ByShopper, Now));
    }

    [Fact]
    public void a_whole_refund_ends_the_order_and_the_same_refund_again_does_nothing()
    {
        var asked = Confirmed.After(new RefundRequested(refund, null, "torn", Now));
        Assert.False(asked.CanBeRefunded);
        Assert.Equal(OrderPaymentStatus.RefundPending, asked.PaymentStatus);

        var facts = asked.GiveBack(refund, Total, Now);
        Is(facts, new OrderRefunded(refund, Total, true, Now));
        var refunded = asked.After(facts);
        Assert.Equal((OrderStatus.Refunded, OrderPaymentStatus.Refunded), (refunded.Status, refunded.PaymentStatus));
        Assert.Empty(refunded.GiveBack(refund, Total, Now));
        Assert.False(refunded.CanBeRefunded);
    }

    [Fact]
    public void parts_are_given_back_beside_the_orders_way_until_nothing_is_left()
    {
        var first = Confirmed.After(Confirmed.GiveBack(refund, Money.Rupees(500), Now));
        Assert.Equal((OrderStatus.Confirmed, OrderPaymentStatus.PartiallyRefunded), (first.Status, first.PaymentStatus));
        Assert.True(first.CanBeRefunded);

        Is(first.GiveBack(Guid.Empty, Money.Rupees(1_079), Now), new OrderRefunded(Guid.Empty, Money.Rupees(1_079), true, Now));
    }

    [Fact]
    public void a_refund_that_failed_can_be_asked_for_again()
    {
        var asked = Confirmed.After(new RefundRequested(refund, null, "torn", Now));
        var failed = asked.After(asked.FailRefund(refund, "provider_refused", Now));

        Assert.Equal(OrderPaymentStatus.RefundFailed, failed.PaymentStatus);
        Assert.True(failed.CanBeRefunded);
        Assert.Empty(failed.FailRefund(refund, "provider_refused", Now));
    }

    [Fact]
    public void a_guests_order_is_handed_over_once()
    {
        var customer = Guid.CreateVersion7();

        Is(pending.HandOver(customer, Now), new OrderHandedOver(customer, Now));
        Assert.Empty(pending.After(new OrderHandedOver(customer, Now)).HandOver(customer, Now));
    }

    [Fact]
    public void however_the_news_of_a_payment_and_its_refund_are_shuffled_and_repeated_the_money_ends_where_it_belongs()
    {
        Func<Order, IReadOnlyList<object>>[] news =
        [
            x => x.Receive(Total, goodsSold: x.AwaitsPayment, Now),
            x => x.GiveBack(refund, Total, Now),
            x => x.Decline("late", final: false, 1, Now),
            x => x.RequireAction("https://bank.example/3ds", 1, Now),
            x => x.Expire(Now),
        ];
        foreach (var order in Shuffled(news).Select(x => x.Concat(x).Aggregate(pending, (order, tell) => order.After(tell(order)))))
        {
            Assert.Equal(Total, order.GivenBack);
            Assert.Equal(Total, order.Paid);
            Assert.Equal(OrderPaymentStatus.Refunded, order.PaymentStatus);
            Assert.Contains(order.Status, (OrderStatus[])[OrderStatus.Cancelled, OrderStatus.Refunded]);
        }
    }

    private static IEnumerable<IEnumerable<T>> Shuffled<T>(T[] items) => items.Length < 2
        ? [items]
        : Enumerable.Range(0, items.Length).SelectMany(i => Shuffled([.. items.Where((_, j) => j != i)]).Select(x => x.Prepend(items[i])));
}
