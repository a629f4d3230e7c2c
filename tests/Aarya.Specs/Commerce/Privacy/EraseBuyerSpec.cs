using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Privacy;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;
using Wire = Aarya.Features.Commerce.Contracts;

namespace Aarya.Specs.Commerce.Privacy;

public sealed class EraseBuyerSpec(AaryaFixture fixture) : Spec(fixture), IAsyncLifetime
{
    private Shopper shopper = null!;
    private OrderView order = null!;

    public async ValueTask InitializeAsync()
    {
        shopper = await Shopper.GuestAsync(Host);
        order = await Host.PlacedOrderAsync(shopper, pieces: 2);
    }

    public ValueTask DisposeAsync()
    {
        shopper.Dispose();
        return ValueTask.CompletedTask;
    }

    private EraseBuyer Erase => new(shopper.Subject, Guid.NewGuid(), []);

    private async Task<OrderView> NowAsync() => (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>();

    [Fact]
    public async Task an_order_on_its_way_keeps_its_address_and_is_looked_at_again()
    {
        var messages = await Host.InvokeMessageAndWaitAsync(Erase);

        Assert.Equal("Asha Rao", (await NowAsync()).ShippingAddress.Name);
        Assert.Empty(messages.Sent.MessagesOf<PersonalDataErasedNotice>());
        Assert.Equal(shopper.Subject, messages.Scheduled.SingleMessage<EraseBuyer>().UserId);
    }

    [Fact]
    public async Task an_order_that_has_ended_still_adds_up_and_says_nothing_about_who_placed_it_however_often_it_is_asked()
    {
        await shopper.AddAsync(await Host.SellsAsync(pieces: 10), 1);
        await Host.ExecuteAndWaitAsync(async () => (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(200), 30_000);
        var first = await Host.InvokeMessageAndWaitAsync(Erase);
        var again = await Host.InvokeMessageAndWaitAsync(Erase);

        Assert.All(new[] { first, again }, x => Assert.Equal([order.Id], x.Sent.SingleMessage<PersonalDataErasedNotice>().Orders));
        var now = await NowAsync();
        Assert.Equal(("", "", "", "Bengaluru", "Karnataka", ""),
            (now.Email, now.ShippingAddress.Name, now.ShippingAddress.Line1, now.ShippingAddress.City, now.ShippingAddress.State,
                now.ShippingAddress.Phone));
        Assert.Equal((order.Number, order.Total, order.Tax, order.Lines.Count), (now.Number, now.Total, now.Tax, now.Lines.Count));
        Assert.Empty((await shopper.GetAsync("/api/cart")).Is(200)["lines"].EnumerateArray());

        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        var facts = await session.Events.FetchStreamAsync(order.Id, token: TestContext.Current.CancellationToken);
        var placed = facts.Select(x => x.Data).OfType<Aarya.Features.Commerce.Orders.OrderPlaced>().Single();
        Assert.Equal(("", "", order.Total), (placed.Email, placed.ShippingAddress.Name, placed.Totals.Total));
        Assert.Single(facts, x => x.Data is BuyerForgotten);
        // Rebuilt from its facts, the order is the same.
        var rebuilt = await session.Events.AggregateStreamAsync<Order>(order.Id, token: TestContext.Current.CancellationToken);
        Assert.Equal((now.Total, true), (rebuilt!.Totals.Total, rebuilt.IsForgotten));
    }

    [Fact]
    public async Task money_still_goes_back_to_who_is_forgotten_and_nobody_is_told()
    {
        var then = DateTimeOffset.UtcNow;
        using var support = await Shopper.OfRoleAsync(Host, "support");
        await Host.PaysAsync(order);
        await Host.DeliversAsync(order);
        await Host.InvokeMessageAndWaitAsync(Erase);

        var asked =
            await Host.ExecuteAndWaitAsync(async () =>
                (await support.PostAsync($"/api/admin/orders/{order.Id}/refunds", new { reason = "torn" }, Guid.NewGuid().ToString()))
                    .Is(202), 30_000);
        var refund = asked.Sent.SingleMessage<Wire.RefundRequestedNotice>();
        var back = await Host.InvokeMessageAndWaitAsync(new Wire.PaymentRefundedNotice(order.Id, refund.RefundId, order.Total, then));
        Assert.Empty(back.Sent.MessagesOf<Wire.OrderRefundedNotice>());
        Assert.Equal(OrderPaymentStatus.Refunded, (await NowAsync()).Payment.Status);
    }

    [Fact]
    public async Task a_payment_that_comes_after_its_buyer_is_forgotten_goes_back_and_nobody_is_told()
    {
        await Host.ExecuteAndWaitAsync(async () => (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(200), 30_000);
        await Host.InvokeMessageAndWaitAsync(Erase);

        var late = await Host.InvokeMessageAndWaitAsync(new Wire.PaymentCapturedNotice(order.Id, order.Total, DateTimeOffset.UtcNow));
        var back =
            await Host.InvokeMessageAndWaitAsync(
                new Wire.PaymentRefundedNotice(order.Id, Guid.CreateVersion7(), order.Total, DateTimeOffset.UtcNow));
        Assert.Empty(late.Sent.MessagesOf<Wire.RefundRequestedNotice>());
        Assert.Empty(back.Sent.MessagesOf<Wire.OrderRefundedNotice>());
        Assert.Equal(OrderPaymentStatus.Refunded, (await NowAsync()).Payment.Status);
    }

    [Fact]
    public async Task what_somebody_ordered_as_a_guest_is_forgotten_with_them()
    {
        await Host.ExecuteAndWaitAsync(async () => (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(200), 30_000);
        var forgotten = await Host.InvokeMessageAndWaitAsync(new EraseBuyer(Guid.CreateVersion7(), Guid.NewGuid(), [shopper.Subject]));
        Assert.Equal([order.Id], forgotten.Sent.SingleMessage<PersonalDataErasedNotice>().Orders);
        Assert.Equal("", (await NowAsync()).Email);
    }
}
