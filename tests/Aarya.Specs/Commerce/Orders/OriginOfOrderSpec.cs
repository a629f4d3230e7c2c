using Aarya.Features.Commerce.Orders;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Wolverine.Tracking;
using Wire = Aarya.Features.Commerce.Contracts;

namespace Aarya.Specs.Commerce.Orders;

/// <summary>What the storefront sends about a visit comes with the order's money into the reports.</summary>
public sealed class OriginOfOrderSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task the_events_of_the_orders_money_have_the_origin_of_the_visit()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var order = await PlaceAsync(shopper, new { source = "newsletter", device = "tablet" });

        var confirmed = await Host.InvokeMessageAndWaitAsync(new Wire.PaymentCapturedNotice(order.Id, order.Total, Now));
        var refunded = await Host.InvokeMessageAndWaitAsync(
            new Wire.PaymentRefundedNotice(order.Id, Guid.NewGuid(), order.Total, Now));

        var paid = confirmed.Sent.SingleMessage<Wire.OrderConfirmedNotice>();
        Assert.Equal(("newsletter", "tablet"), (paid.Source, paid.Device));
        var given = refunded.Sent.SingleMessage<Wire.OrderRefundedNotice>();
        Assert.Equal(("newsletter", "tablet"), (given.Source, given.Device));
    }

    [Fact]
    public async Task an_order_without_an_origin_has_none()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var order = await PlaceAsync(shopper, origin: null);
        var confirmed = await Host.InvokeMessageAndWaitAsync(new Wire.PaymentCapturedNotice(order.Id, order.Total, Now));

        var paid = confirmed.Sent.SingleMessage<Wire.OrderConfirmedNotice>();
        Assert.Equal((null, null), (paid.Source, paid.Device));
    }

    [Theory]
    [InlineData("News letter", "phone", "origin.source")]
    [InlineData("", "phone", "origin.source")]
    [InlineData("newsletter", "fridge", "origin.device")]
    public async Task a_wrong_origin_is_refused_and_no_order_is_placed(string source, string device, string field)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());

        (await CheckoutAsync(shopper, new { source, device })).Names(field);
        Assert.Empty((await shopper.GetAsync("/api/orders")).As<OrderPage>().Items);
    }

    private async Task<OrderView> PlaceAsync(Shopper shopper, object? origin)
    {
        await shopper.AddAsync(await Host.SellsAsync());
        OrderView order = null!;
        await Host.ExecuteAndWaitAsync(async () => order = (await CheckoutAsync(shopper, origin)).Is(201).As<OrderView>(), 30_000);
        return order;
    }

    private static Task<Answer> CheckoutAsync(Shopper shopper, object? origin) => shopper.PostAsync(
        "/api/checkout",
        new
        {
            shippingAddress = SampleAddresses.Bengaluru,
            shippingMethod = "standard",
            paymentToken = "tok_approve",
            email = "asha@example.com",
            origin,
        },
        $"{Guid.NewGuid()}");
}
