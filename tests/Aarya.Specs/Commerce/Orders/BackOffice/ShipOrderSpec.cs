using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.BackOffice;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Wolverine.Tracking;
using Wire = Aarya.Features.Commerce.Contracts;

namespace Aarya.Specs.Commerce.Orders.BackOffice;

/// <summary>The events of an order on its way, and what a shipment must contain.</summary>
[StoryOf(typeof(PackOrderEndpoint), typeof(DeliverOrderEndpoint))]
public sealed class ShipOrderSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task every_step_is_told_with_the_number_and_whose_order_it_is()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var order = await Host.PaidOrderAsync(shopper);

        var path = $"/api/admin/orders/{order.Id}";
        var packing = await Host.ExecuteAndWaitAsync(async () => (await support.PostAsync($"{path}/pack")).Is(200), 30_000);
        Assert.Equal((order.Id, order.Number, shopper.Subject, order.Email), Told(packing.Sent.SingleMessage<Wire.OrderPackedNotice>()));
        var shipping = await Host.ExecuteAndWaitAsync(
            async () => (await support.PostAsync($"{path}/ship", new { carrier = " Blue Dart ", trackingNumber = "  BD 1 " })).Is(200),
            30_000);
        var shipped = shipping.Sent.SingleMessage<Wire.OrderShippedNotice>();
        Assert.Equal(
            (order.Id, shopper.Subject, "Blue Dart", "BD 1"), (shipped.OrderId, shipped.Subject, shipped.Carrier, shipped.TrackingNumber));
        var now = (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>();
        Assert.Equal(("Blue Dart", "BD 1", null), (now.Shipment!.Carrier, now.Shipment.TrackingNumber, now.Shipment.DeliveredAt));
        var delivering = await Host.ExecuteAndWaitAsync(async () => (await support.PostAsync($"{path}/deliver")).Is(200), 30_000);
        Assert.Equal(order.Id, delivering.Sent.SingleMessage<Wire.OrderDeliveredNotice>().OrderId);
        Assert.NotNull((await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>().Shipment!.DeliveredAt);

        static (Guid, string, Guid, string) Told(Wire.OrderPackedNotice x) => (x.OrderId, x.Number, x.Subject, x.Email);
    }

    [Fact]
    public async Task a_second_step_of_a_payment_is_told_once()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var order = await Host.PlacedOrderAsync(shopper);
        var required = new Wire.PaymentActionRequiredNotice(order.Id, "https://bank.example/3ds", DateTimeOffset.UtcNow);

        var first = await Host.InvokeMessageAndWaitAsync(required);
        var again = await Host.InvokeMessageAndWaitAsync(required);

        var told = first.Sent.SingleMessage<OrderAwaitsActionNotice>();
        Assert.Equal((order.Id, order.Number, shopper.Subject), (told.OrderId, told.Number, told.Subject));
        Assert.Empty(again.Sent.MessagesOf<OrderAwaitsActionNotice>());
    }

    [Theory]
    [InlineData("https://carrier.example/track?n=BD%201&lang=hi#now", true)]
    [InlineData("http://carrier.example/track", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("https://shop@carrier.example/", false)]
    [InlineData("https://carrier.example/a b", false)]
    [InlineData("https://carrier.example/\r\nBcc: a@b.example", false)]
    [InlineData("https://carrier.example/\u202e", false)]
    [InlineData("//carrier.example", false)]
    [InlineData("", false)]
    public async Task the_carrier_s_page_is_an_https_address_or_refused_by_name(string trackingUrl, bool isAccepted)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var order = await Host.PackedOrderAsync(shopper);

        var shipping = await support.PostAsync(
            $"/api/admin/orders/{order.Id}/ship", new { carrier = "Blue Dart", trackingNumber = "BD 1", trackingUrl });

        var now = (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>();
        if (isAccepted)
        {
            shipping.Is(200);
            Assert.Equal(trackingUrl, now.Shipment!.TrackingUrl);
            var steps = (await shopper.GetAsync($"/api/orders/{order.Id}/timeline")).Is(200)["items"].EnumerateArray();
            var step = steps.Single(x => x.GetProperty("kind").GetString() == "shipped");
            Assert.Equal(trackingUrl, step.GetProperty("trackingUrl").GetString());
            return;
        }

        shipping.Names("trackingUrl");
        Assert.Equal((OrderStatus.Packed, null), (now.Status, now.Shipment));
    }

    [Theory]
    [InlineData("", "1", "carrier")]
    [InlineData("  ", "1", "carrier")]
    [InlineData("Blue\nDart", "1", "carrier")]
    [InlineData("Blue\u2028Dart", "1", "carrier")]
    [InlineData("Blue\u202eDart", "1", "carrier")]
    [InlineData("Blue Dart", " ", "trackingNumber")]
    [InlineData("Blue Dart", "1\r\nBcc: a@b.example", "trackingNumber")]
    [InlineData("Blue Dart", "1\u00072", "trackingNumber")]
    public async Task a_shipment_without_a_carrier_or_number_of_one_line_is_refused_by_name_and_ships_nothing(
        string carrier, string trackingNumber, string field)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var order = await Host.PackedOrderAsync(shopper);

        (await support.PostAsync($"/api/admin/orders/{order.Id}/ship", new { carrier, trackingNumber })).Names(field);

        var now = (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>();
        Assert.Equal((OrderStatus.Packed, null), (now.Status, now.Shipment));
    }
}
