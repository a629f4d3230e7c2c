using System.Diagnostics;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.BackOffice;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Orders.HandOver;
using Aarya.Features.Commerce.Orders.Payments;
using Aarya.Features.Commerce.Orders.Storefront;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Tracking;
using Wire = Aarya.Features.Commerce.Contracts;

namespace Aarya.Specs.Commerce.Orders;

[StoryOf(typeof(AskForPaymentActionHandler), typeof(CancelOrderEndpoint), typeof(CancelUnpaidOrderHandler),
    typeof(ConfirmPaidOrderHandler), typeof(GetOrderEndpoint), typeof(GetTimelineEndpoint), typeof(HandOverGuestHandler),
    typeof(ListOrdersEndpoint), typeof(RecordDeclineHandler), typeof(RecordFailedRefundHandler), typeof(RecordOrderRefundHandler),
    typeof(RefundOrderEndpoint))]
public sealed class OrderStorySpec(AaryaFixture fixture) : Spec(fixture), IAsyncLifetime
{
    private static readonly DateTimeOffset Then = DateTimeOffset.UtcNow;

    private Shopper shopper = null!;
    private string sku = "";
    private OrderView order = null!;
    private ITrackedSession placing = null!;

    public async ValueTask InitializeAsync()
    {
        shopper = await Shopper.GuestAsync(Host);
        sku = await Host.SellsAsync(pieces: 10);
        await shopper.AddAsync(sku, 2);
        placing = await Host.ExecuteAndWaitAsync(async () => order = (await shopper.CheckoutAsync()).Is(201).As<OrderView>(), 30_000);
    }

    public ValueTask DisposeAsync()
    {
        shopper.Dispose();
        return ValueTask.CompletedTask;
    }

    private PaymentCapturedNotice Captured => new(order.Id, order.Total, Then);

    private async Task<OrderView> NowAsync() => (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>();

    private async Task<(int OnHand, int Reserved)> ShelfAsync()
    {
        var stock = await Host.StockOfAsync(sku);
        return (stock.OnHand, stock.Reserved);
    }

    private async Task<string?[]> TimelineAsync() =>
        [.. (await shopper.GetAsync($"/api/orders/{order.Id}/timeline")).Is(200)["items"].EnumerateArray()
            .Select(x => x.GetProperty("kind").GetString())];

    [Fact]
    public async Task a_payment_confirms_the_order_and_sells_its_goods_however_often_it_is_told()
    {
        var first = await Host.InvokeMessageAndWaitAsync(Captured);
        var again = await Host.InvokeMessageAndWaitAsync(Captured);

        var told = first.Sent.SingleMessage<Wire.OrderConfirmedNotice>();
        Assert.Equal((order.Id, order.Number, "asha@example.com", order.Total, "Asha Rao"),
            (told.OrderId, told.Number, told.Email, told.Total, told.ShippingName));
        Assert.Empty(again.Sent.MessagesOf<Wire.OrderConfirmedNotice>());
        var now = await NowAsync();
        Assert.Equal((OrderStatus.Confirmed, OrderPaymentStatus.Captured), (now.Status, now.Payment.Status));
        Assert.Equal((8, 0), await ShelfAsync());
        Assert.Equal(["placed", "payment_received", "confirmed"], await TimelineAsync());
    }

    [Fact]
    public async Task a_declined_payment_keeps_the_goods_until_the_order_expires()
    {
        var messages = await Host.InvokeMessageAndWaitAsync(new Wire.PaymentDeclinedNotice(order.Id, "insufficient_funds", Then));

        var told = messages.Sent.SingleMessage<Wire.OrderPaymentDeclinedNotice>();
        Assert.Equal((order.Number, "insufficient_funds", order.ExpiresAt), (told.Number, told.Code, told.ExpiresAt));
        Assert.Empty(messages.Sent.MessagesOf<Wire.OrderCancelledNotice>());
        var now = await NowAsync();
        Assert.Equal((OrderStatus.PendingPayment, OrderPaymentStatus.Declined, "insufficient_funds"),
            (now.Status, now.Payment.Status, now.Payment.DeclineCode));
        Assert.Equal((10, 2), await ShelfAsync());
        Assert.Equal([(sku, 2)], await CartAsync());

        var expiring = await placing.PlayScheduledMessagesAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("payment_declined", expiring.Sent.SingleMessage<Wire.OrderCancelledNotice>().Reason);
        Assert.Equal((10, 0), await ShelfAsync());
        Assert.Equal([(sku, 2)], await CartAsync());
        (await shopper.CheckoutAsync()).Is(201);
        Assert.Equal((10, 2), await ShelfAsync());
    }

    [Fact]
    public async Task a_payment_that_the_shop_refuses_gives_the_goods_back_at_once()
    {
        var messages = await Host.InvokeMessageAndWaitAsync(new Wire.PaymentDeclinedNotice(order.Id, "fraud_rejected", Then, Final: true));

        Assert.Equal("payment_declined", messages.Sent.SingleMessage<Wire.OrderCancelledNotice>().Reason);
        Assert.Empty(messages.Sent.MessagesOf<Wire.OrderPaymentDeclinedNotice>());
        Assert.Equal((10, 0), await ShelfAsync());
        Assert.Equal([(sku, 2)], await CartAsync());
    }

    [Fact]
    public async Task goods_leave_the_cart_when_the_order_is_confirmed_and_what_was_added_meanwhile_stays()
    {
        var other = await Host.SellsAsync();
        Assert.Equal([(sku, 2)], await CartAsync());
        await shopper.AddAsync(sku, 3);
        await shopper.AddAsync(other);
        var confirmed = await Host.InvokeMessageAndWaitAsync(Captured);

        Assert.Equal([(sku, 3), (other, 1)], await CartAsync());
        for (var i = 0; i < 2; i++) await Host.InvokeMessageAndWaitAsync(confirmed.Executed.SingleMessage<TakeOrderedFromCart>());
        Assert.Equal([(sku, 3), (other, 1)], await CartAsync());
    }

    [Fact]
    public async Task a_cart_that_an_order_is_being_paid_for_is_not_ordered_again()
    {
        foreach (var news in (object?[])[null, new Wire.PaymentActionRequiredNotice(order.Id, "https://bank.example/3ds", Then)])
        {
            if (news is not null) await Host.InvokeMessageAndWaitAsync(news);
            var refused = (await shopper.CheckoutAsync()).Is(409, "cart.ordered");
            Assert.Equal((order.Id, order.Number, "pending_payment"),
                (refused["orderId"].GetGuid(), refused["number"].GetString(), refused["orderStatus"].GetString()));
            Assert.Equal(news is null ? "pending" : "requires_action", refused["paymentStatus"].GetString());
        }

        await Host.InvokeMessageAndWaitAsync(Captured);
        Assert.Equal(order.Id, (await shopper.CheckoutAsync()).Is(409, "cart.ordered")["orderId"].GetGuid());
        Assert.Equal((8, 0), await ShelfAsync());
        Assert.Single((await shopper.GetAsync("/api/orders")).As<OrderPage>().Items);
    }

    [Fact]
    public async Task an_order_that_was_cancelled_leaves_its_goods_in_the_cart()
    {
        (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(200);

        Assert.Equal([(sku, 2)], await CartAsync());
        (await shopper.CheckoutAsync()).Is(201);
    }

    [Fact]
    public async Task a_guest_who_signs_in_while_an_order_is_being_paid_for_does_not_order_its_goods_twice()
    {
        using var customer = await Shopper.OfRoleAsync(Host, "customer");
        await Host.InvokeMessageAndWaitAsync(new GuestSignedInNotice(shopper.Subject, customer.Subject, Then));

        Assert.Equal([(sku, 2)], await CartAsync(customer));
        Assert.Equal(order.Id, (await customer.CheckoutAsync()).Is(409, "cart.ordered")["orderId"].GetGuid());
        await Host.InvokeMessageAndWaitAsync(Captured);
        Assert.Empty(await CartAsync(customer));
    }

    private async Task<IEnumerable<(string, int)>> CartAsync(Shopper? whose = null) =>
        (await (whose ?? shopper).GetAsync("/api/cart")).As<CartView>().Lines.Select(x => (x.Sku, x.Quantity));

    [Fact]
    public async Task an_unpaid_order_gives_its_goods_back_when_its_time_is_over_and_a_late_payment_goes_back_at_once()
    {
        var expiring = await placing.PlayScheduledMessagesAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("unpaid", expiring.Sent.SingleMessage<Wire.OrderCancelledNotice>().Reason);
        Assert.Equal((10, 0), await ShelfAsync());

        var late = await Host.InvokeMessageAndWaitAsync(Captured);
        await Host.InvokeMessageAndWaitAsync(Captured);
        Assert.Empty(late.Sent.MessagesOf<Wire.OrderConfirmedNotice>());
        // Payment was informed by the cancellation.
        Assert.Empty(late.Sent.MessagesOf<Wire.RefundRequestedNotice>());
        Assert.Equal(OrderPaymentStatus.RefundPending, (await NowAsync()).Payment.Status);

        await Host.InvokeMessageAndWaitAsync(new PaymentRefundedNotice(order.Id, Guid.CreateVersion7(), order.Total, Then));
        var now = await NowAsync();
        Assert.Equal((OrderStatus.Cancelled, OrderPaymentStatus.Refunded), (now.Status, now.Payment.Status));
        Assert.Equal((10, 0), await ShelfAsync());
    }

    [Fact]
    public async Task the_end_of_the_time_does_nothing_to_a_paid_order()
    {
        await Host.InvokeMessageAndWaitAsync(Captured);
        await placing.PlayScheduledMessagesAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(OrderStatus.Confirmed, (await NowAsync()).Status);
        Assert.Equal((8, 0), await ShelfAsync());
    }

    [Fact]
    public async Task a_second_step_is_shown_to_the_shopper_who_waits()
    {
        var waiting = shopper.GetAsync($"/api/orders/{order.Id}?wait=25s");
        await Host.InvokeMessageAndWaitAsync(new Wire.PaymentActionRequiredNotice(order.Id, "https://bank.example/3ds", Then));

        var seen = (await waiting).Is(200).As<OrderView>();
        Assert.Equal((OrderStatus.PendingPayment, OrderPaymentStatus.RequiresAction, "https://bank.example/3ds"),
            (seen.Status, seen.Payment.Status, seen.Payment.NextAction?.Url));
    }

    [Fact]
    public async Task who_waits_is_answered_when_the_payment_is_there()
    {
        var watch = Stopwatch.StartNew();
        var waiting = Enumerable.Range(0, 20).Select(_ => shopper.GetAsync($"/api/orders/{order.Id}?wait=25s")).ToList();
        await Host.InvokeMessageAndWaitAsync(Captured);

        foreach (var answer in await Task.WhenAll(waiting)) Assert.Equal(OrderStatus.Confirmed, answer.Is(200).As<OrderView>().Status);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task who_waits_for_nothing_is_answered_when_the_time_is_over()
    {
        Assert.Equal(OrderStatus.PendingPayment,
            (await shopper.GetAsync($"/api/orders/{order.Id}?wait=1s")).Is(200).As<OrderView>().Status);

        await Host.InvokeMessageAndWaitAsync(Captured);
        var watch = Stopwatch.StartNew();
        Assert.Equal(OrderStatus.Confirmed, (await shopper.GetAsync($"/api/orders/{order.Id}?wait=25s")).Is(200).As<OrderView>().Status);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task who_waits_is_answered_at_once_when_the_payment_is_somewhere_already()
    {
        foreach (var (news, status) in ((object, string)[])
        [
            (new Wire.PaymentActionRequiredNotice(order.Id, "https://bank.example/3ds", Then), "requires_action"),
            (new Wire.PaymentDeclinedNotice(order.Id, "insufficient_funds", Then), "declined"),
            (Captured, "captured"),
        ])
        {
            await Host.InvokeMessageAndWaitAsync(news);
            var answers = await Task.WhenAll(
                shopper.GetAsync($"/api/orders/{order.Id}?wait=25s"),
                shopper.GetAsync($"/api/orders/{order.Id}?wait=25s&status=pending"),
                shopper.GetAsync($"/api/orders/{order.Id}?wait=25s&status=pending_payment"));
            Assert.All(answers, x => Assert.Equal(status, x.Is(200)["payment"].GetProperty("status").GetString()));
        }
    }

    [Fact]
    public async Task who_says_what_they_have_seen_is_answered_when_it_is_no_longer_so()
    {
        await Host.InvokeMessageAndWaitAsync(new Wire.PaymentActionRequiredNotice(order.Id, "https://bank.example/3ds", Then));
        var waiting = shopper.GetAsync($"/api/orders/{order.Id}?wait=25s&status=requires_action");
        await Host.InvokeMessageAndWaitAsync(Captured);

        Assert.Equal(OrderStatus.Confirmed, (await waiting).Is(200).As<OrderView>().Status);
    }

    [Fact]
    public async Task a_status_that_there_is_not_is_refused() =>
        (await shopper.GetAsync($"/api/orders/{order.Id}?wait=1s&status=lost")).Names("status");

    [Theory]
    [InlineData("26s")]
    [InlineData("10")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("s")]
    public async Task a_wait_that_cannot_be_is_refused(string wait) =>
        (await shopper.GetAsync($"/api/orders/{order.Id}?wait={wait}")).Names("wait");

    [Fact]
    public async Task a_shopper_cancels_an_unpaid_order()
    {
        Answer answer = null!;
        var messages =
            await Host.ExecuteAndWaitAsync(async () => answer = await shopper.PostAsync($"/api/orders/{order.Id}/cancel"), 30_000);

        var cancelled = answer.Is(200).As<OrderView>();
        Assert.Equal((OrderStatus.Cancelled, OrderPaymentStatus.Voided, "shopper"),
            (cancelled.Status, cancelled.Payment.Status, cancelled.CancelReason));
        Assert.Equal("shopper", messages.Sent.SingleMessage<Wire.OrderCancelledNotice>().Reason);
        Assert.Empty(messages.Sent.MessagesOf<Wire.RefundRequestedNotice>());
        Assert.Equal((10, 0), await ShelfAsync());

        var again = (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(409, "order.not_cancellable");
        Assert.Equal("cancelled", again["orderStatus"].GetString());
    }

    [Fact]
    public async Task a_shopper_cancels_a_paid_order_and_gets_the_money_back()
    {
        await Host.InvokeMessageAndWaitAsync(Captured);
        Answer answer = null!;
        var messages =
            await Host.ExecuteAndWaitAsync(async () => answer = await shopper.PostAsync($"/api/orders/{order.Id}/cancel"), 30_000);

        Assert.Equal(OrderPaymentStatus.RefundPending, answer.Is(200).As<OrderView>().Payment.Status);
        Assert.Equal((10, 0), await ShelfAsync());
        Assert.Equal("shopper", messages.Sent.SingleMessage<Wire.OrderCancelledNotice>().Reason);
        Assert.Empty(messages.Sent.MessagesOf<Wire.RefundRequestedNotice>());

        var refunded = new PaymentRefundedNotice(order.Id, Guid.CreateVersion7(), order.Total, Then);
        var told = (await Host.InvokeMessageAndWaitAsync(refunded)).Sent.SingleMessage<Wire.OrderRefundedNotice>();
        Assert.Empty((await Host.InvokeMessageAndWaitAsync(refunded)).Sent.MessagesOf<Wire.OrderRefundedNotice>());
        Assert.Equal((order.Total, true), (told.Amount, told.Whole));
        Assert.Equal((10, 0), await ShelfAsync());
        Assert.Equal(["placed", "payment_received", "confirmed", "cancelled", "refunded"], await TimelineAsync());
    }

    [Fact]
    public async Task support_gives_the_money_back_and_the_goods_return_to_the_shelf()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var path = $"/api/admin/orders/{order.Id}/refunds";
        (await support.PostAsync(path, new { reason = "torn" }, Guid.NewGuid().ToString())).Is(409, "order.not_refundable");
        await Host.InvokeMessageAndWaitAsync(Captured);

        (await support.PostAsync(path, new { reason = "torn" })).Is(400, "idempotency.key_required");
        (await support.PostAsync(path, new { reason = "" }, Guid.NewGuid().ToString())).Names("reason");
        (await shopper.PostAsync(path, new { reason = "torn" }, Guid.NewGuid().ToString())).Is(403);
        (await support.PostAsync($"/api/admin/orders/{Guid.NewGuid()}/refunds", new { reason = "torn" }, Guid.NewGuid().ToString()))
            .Is(404, "order.not_found");

        var key = Guid.NewGuid().ToString();
        Answer answer = null!;
        var messages =
            await Host.ExecuteAndWaitAsync(async () => answer = await support.PostAsync(path, new { reason = "torn" }, key), 30_000);
        Assert.Equal(OrderPaymentStatus.RefundPending, answer.Is(202).As<OrderView>().Payment.Status);
        Assert.True((await support.PostAsync(path, new { reason = "torn" }, key)).Is(202).Replayed);
        (await support.PostAsync(path, new { reason = "torn" }, Guid.NewGuid().ToString())).Is(409, "order.not_refundable");
        Assert.Equal((8, 0), await ShelfAsync());

        await Host.InvokeMessageAndWaitAsync(new PaymentRefundedNotice(order.Id,
            messages.Sent.SingleMessage<Wire.RefundRequestedNotice>().RefundId, order.Total, Then));
        var now = await NowAsync();
        Assert.Equal((OrderStatus.Refunded, OrderPaymentStatus.Refunded, order.Total),
            (now.Status, now.Payment.Status, now.Payment.Refunded));
        Assert.Equal((10, 0), await ShelfAsync());
        (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(409, "order.not_cancellable");
    }

    [Fact]
    public async Task a_refund_that_failed_is_shown_and_can_be_asked_for_again()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        await Host.InvokeMessageAndWaitAsync(Captured);
        var messages = await Host.ExecuteAndWaitAsync(() => RefundAsync(), 30_000);
        var refund = messages.Sent.SingleMessage<Wire.RefundRequestedNotice>().RefundId;

        await Host.InvokeMessageAndWaitAsync(new Wire.RefundFailedNotice(order.Id, refund, "provider_refused", Then));

        Assert.Equal(OrderPaymentStatus.RefundFailed, (await NowAsync()).Payment.Status);
        await RefundAsync();

        async Task RefundAsync() =>
            (await support.PostAsync($"/api/admin/orders/{order.Id}/refunds", new { reason = "torn" }, Guid.NewGuid().ToString())).Is(202);
    }

    [Fact]
    public async Task a_paid_order_is_packed_shipped_and_delivered_one_step_after_the_other()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var parcel = new { carrier = "Delhivery", trackingNumber = "DL123" };
        (await MoveAsync("pack")).Is(409, "order.not_packable");
        await Host.InvokeMessageAndWaitAsync(Captured);
        (await MoveAsync("ship", parcel)).Is(409, "order.not_shippable");
        (await shopper.PostAsync($"/api/admin/orders/{order.Id}/pack")).Is(403);

        Assert.Equal(OrderStatus.Packed, (await MoveAsync("pack")).Is(200).As<OrderView>().Status);
        (await MoveAsync("ship", new { carrier = "", trackingNumber = "" })).Names("carrier", "trackingNumber");
        Assert.Equal(OrderStatus.Shipped, (await MoveAsync("ship", parcel)).Is(200).As<OrderView>().Status);
        var refused = (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(409, "order.not_cancellable");
        Assert.Equal("shipped", refused["orderStatus"].GetString());
        Assert.Equal(OrderStatus.Delivered, (await MoveAsync("deliver")).Is(200).As<OrderView>().Status);
        (await MoveAsync("deliver")).Is(409, "order.not_deliverable");
        Assert.Equal(["placed", "payment_received", "confirmed", "packed", "shipped", "delivered"], await TimelineAsync());

        Task<Answer> MoveAsync(string step, object? body = null) => support.PostAsync($"/api/admin/orders/{order.Id}/{step}", body);
    }

    [Fact]
    public async Task what_is_being_refunded_is_not_packed()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        await Host.InvokeMessageAndWaitAsync(Captured);
        (await support.PostAsync($"/api/admin/orders/{order.Id}/refunds", new { reason = "torn" }, Guid.NewGuid().ToString())).Is(202);

        (await support.PostAsync($"/api/admin/orders/{order.Id}/pack")).Is(409, "order.not_packable");
    }

    [Fact]
    public async Task the_shops_people_find_orders_by_status_address_and_number()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        await Host.InvokeMessageAndWaitAsync(Captured);

        Assert.Contains((await ListAsync("?status=confirmed&email=asha@example.com&limit=100")).Items, x => x.Id == order.Id);
        Assert.DoesNotContain((await ListAsync("?status=cancelled&limit=100")).Items, x => x.Id == order.Id);
        Assert.Equal(order.Id, Assert.Single((await ListAsync($"?number={order.Number}")).Items).Id);
        Assert.Single((await ListAsync("?limit=1")).Items);
        (await support.GetAsync("/api/admin/orders?status=lost")).Names("status");
        (await shopper.GetAsync("/api/admin/orders")).Is(403);

        async Task<OrderPage> ListAsync(string query) => (await support.GetAsync($"/api/admin/orders{query}")).Is(200).As<OrderPage>();
    }

    [Fact]
    public async Task somebody_elses_order_answers_like_a_missing_one_and_the_shops_people_see_all()
    {
        using var other = await Shopper.GuestAsync(Host);
        using var nobody = Shopper.WithoutToken(Host);
        using var support = await Shopper.OfRoleAsync(Host, "support");

        foreach (var path in (string[])[$"/api/orders/{order.Id}", $"/api/orders/{order.Id}/timeline", $"/api/orders/{order.Id}?wait=20s"])
        {
            (await other.GetAsync(path)).Is(404, "order.not_found");
            (await other.GetAsync(path.Replace($"{order.Id}", $"{Guid.NewGuid()}", StringComparison.Ordinal))).Is(404, "order.not_found");
            (await nobody.GetAsync(path)).Is(401);
        }

        (await other.PostAsync($"/api/orders/{order.Id}/cancel")).Is(404, "order.not_found");
        Assert.Equal(order.Number, (await support.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>().Number);
        Assert.Empty((await other.GetAsync("/api/orders")).As<OrderPage>().Items);
    }

    [Fact]
    public async Task orders_are_listed_page_by_page_the_newest_first()
    {
        List<string> numbers = [order.Number];
        for (var i = 0; i < 4; i++)
        {
            await shopper.AddAsync(sku);
            OrderView placed = null!;
            await Host.ExecuteAndWaitAsync(async () => placed = (await shopper.CheckoutAsync()).Is(201).As<OrderView>(), 30_000);
            numbers.Insert(0, placed.Number);
        }

        List<string> seen = [];
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await shopper.GetAsync($"/api/orders?limit=2{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}")).Is(200)
                .As<OrderPage>();
            Assert.InRange(page.Items.Count, 1, 2);
            seen.AddRange(page.Items.Select(x => x.Number));
            cursor = page.NextCursor;
        }

        Assert.Equal(numbers, seen);
        (await shopper.GetAsync("/api/orders?limit=0")).Names("limit");
        (await shopper.GetAsync("/api/orders?limit=101")).Names("limit");
        (await shopper.GetAsync("/api/orders?cursor=x")).Names("cursor");
    }

    [Fact]
    public async Task a_guest_who_signs_in_takes_cart_and_orders_along()
    {
        using var customer = await Shopper.OfRoleAsync(Host, "customer");
        var (both, mine) = (await Host.SellsAsync(), await Host.SellsAsync());
        await shopper.AddAsync(both, 5);
        await customer.AddAsync(both, 2);
        await customer.AddAsync(mine);

        var signedIn = new GuestSignedInNotice(shopper.Subject, customer.Subject, Then);
        await Host.InvokeMessageAndWaitAsync(signedIn);
        await Host.InvokeMessageAndWaitAsync(signedIn);

        Assert.Equal([(both, 5), (sku, 2), (mine, 1)], (await CartAsync(customer)).OrderByDescending(x => x.Item2));
        Assert.Empty((await shopper.GetAsync("/api/cart")).As<CartView>().Lines);
        Assert.Equal(order.Number, Assert.Single((await customer.GetAsync("/api/orders")).As<OrderPage>().Items).Number);
        (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(404);
    }

    [Fact]
    public async Task news_of_one_order_that_comes_at_once_in_any_order_leaves_it_right()
    {
        var refund = Guid.CreateVersion7();
        object[] news =
        [
            Captured, Captured, new Wire.PaymentActionRequiredNotice(order.Id, "https://bank.example/3ds", Then),
            new CancelUnpaidOrder(order.Id),
            new PaymentRefundedNotice(order.Id, refund, order.Total, Then), new PaymentRefundedNotice(order.Id, refund, order.Total, Then),
            new Wire.PaymentDeclinedNotice(order.Id, "late", Then),
        ];
        Random.Shared.Shuffle(news);

        await Host.ExecuteAndWaitAsync(() => Task.WhenAll(news.Select(x => Host.MessageBus().InvokeAsync(x))), 30_000);

        var now = await NowAsync();
        Assert.Equal(OrderPaymentStatus.Refunded, now.Payment.Status);
        Assert.Contains(now.Status, (OrderStatus[])[OrderStatus.Refunded, OrderStatus.Cancelled]);
        Assert.Equal((10, 0), await ShelfAsync());
        Assert.Single(await TimelineAsync(), x => x == "payment_received");
    }
}
