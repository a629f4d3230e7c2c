using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Options;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Payments;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Wolverine;
using Wolverine.Tracking;
using Wire = Aarya.Features.Commerce.Contracts;

namespace Aarya.Specs.Commerce.Orders.Effects;

/// <summary>Unpaid orders cannot use up the stock, and the limits do not affect shoppers who pay.</summary>
public sealed class UnpaidOrdersSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly AaryaFixture shop = fixture;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0, 1_000, false)]
    [InlineData(1, 40, 10, false)]
    [InlineData(1, 40, 11, true)]
    [InlineData(1, 200, 1, true)]
    [InlineData(4, 4, 1, false)]
    [InlineData(5, 5, 1, true)]
    public void a_limit_counts_orders_and_pieces_but_for_a_first_order(int orders, int held, int pieces, bool refuses)
    {
        Assert.Equal(refuses, new UnpaidLimit(5, 50).Refuses(new(orders, held), pieces));
        Assert.False(new UnpaidLimit(0, 0).Refuses(new(orders, held), pieces));
    }

    [Fact]
    public async Task a_sixth_unpaid_order_is_refused_until_one_is_paid_or_cancelled_and_changes_nothing()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        List<OrderView> orders = [];
        for (var i = 0; i < 5; i++) orders.Add(await OrderedAsync(shopper, await Host.SellsAsync(), 2));
        var sku = await Host.SellsAsync(pieces: 9);
        await shopper.AddAsync(sku, 3);

        var refused = (await shopper.CheckoutAsync()).Is(429, "checkout.too_many_unpaid");

        Assert.Equal(orders.Select(x => x.Id).Order(),
            refused["orders"].EnumerateArray().Select(x => x.GetProperty("id").GetGuid()).Order());
        Assert.All(orders, x => Assert.Contains(x.Number, refused["detail"].GetString(), StringComparison.Ordinal));
        // The goods of the first order are released in a quarter of an hour at the latest.
        Assert.InRange((int)refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, (15 * 60) + 5);
        Assert.Equal(9, (await Host.StockOfAsync(sku)).Available);
        Assert.Equal(5, (await shopper.GetAsync("/api/orders")).As<OrderPage>().Items.Count);

        await Host.PaysAsync(orders[0]);
        await OrderedAsync(shopper);
        (await OrderAsync(shopper, await Host.SellsAsync(), 1)).Is(429, "checkout.too_many_unpaid");
        (await shopper.PostAsync($"/api/orders/{orders[1].Id}/cancel")).Is(200);
        await OrderedAsync(shopper);
    }

    [Fact]
    public async Task many_pieces_are_one_too_many_but_a_large_cart_by_itself_is_not()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        for (var i = 0; i < 5; i++) await shopper.AddAsync(await Host.SellsAsync(), 20);
        var large = (await shopper.CheckoutAsync()).Is(201).As<OrderView>();

        (await OrderAsync(shopper, await Host.SellsAsync(), 1)).Is(429, "checkout.too_many_unpaid");

        await Host.PaysAsync(large);
        await OrderedAsync(shopper);
        await OrderedAsync(shopper, await Host.SellsAsync(), 20);
        await OrderedAsync(shopper, await Host.SellsAsync(), 20);
        (await OrderAsync(shopper, await Host.SellsAsync(), 20)).Is(429, "checkout.too_many_unpaid");
    }

    public static TheoryData<string> Ends { get; } =
        ["paid", "paid too little", "paid too late", "cancelled", "declined", "expired", "replaced", "refunded"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task an_order_counts_until_it_is_paid_or_ends_however_it_ends(string end)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var order = await OrderedAsync(shopper);
        Assert.Equal(1, await UnpaidAsync(order.Id));
        var now = DateTimeOffset.UtcNow;

        switch (end)
        {
            case "paid":
                await Host.PaysAsync(order);
                break;
            case "paid too little":
                await Host.InvokeMessageAndWaitAsync(new PaymentCapturedNotice(order.Id, order.Total with { Minor = 1 }, now));
                break;
            case "paid too late":
                await Host.InvokeMessageAndWaitAsync(new CancelUnpaidOrder(order.Id));
                await Host.PaysAsync(order);
                break;
            case "cancelled":
                (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(200);
                break;
            case "declined":
                await Host.InvokeMessageAndWaitAsync(new Wire.PaymentDeclinedNotice(order.Id, "fraud_rejected", now, Final: true));
                break;
            case "expired":
                await Host.InvokeMessageAndWaitAsync(new CancelUnpaidOrder(order.Id));
                break;
            case "replaced":
                await Host.InvokeMessageAndWaitAsync(new Wire.PaymentDeclinedNotice(order.Id, "insufficient_funds", now));
                Assert.Equal(1, await UnpaidAsync(order.Id));
                var next = (await shopper.CheckoutAsync()).Is(201).As<OrderView>();
                Assert.Equal(1, await UnpaidAsync(next.Id));
                break;
            case "refunded":
                await Host.InvokeMessageAndWaitAsync(new PaymentRefundedNotice(order.Id, Guid.CreateVersion7(), order.Total, now));
                break;
        }

        Assert.Equal(0, await UnpaidAsync(order.Id));
    }

    [Fact]
    public async Task an_order_that_gives_way_leaves_its_place_to_the_one_that_takes_it()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        for (var i = 0; i < 4; i++) await OrderedAsync(shopper);
        var declined = await OrderedAsync(shopper);
        await Host.InvokeMessageAndWaitAsync(new Wire.PaymentDeclinedNotice(declined.Id, "insufficient_funds", DateTimeOffset.UtcNow));

        // The same goods again: the fifth order is cancelled, and this one takes its place.
        (await shopper.CheckoutAsync()).Is(201);
        (await OrderAsync(shopper, await Host.SellsAsync(), 1)).Is(429, "checkout.too_many_unpaid");
    }

    [Fact]
    public async Task what_a_guest_ordered_counts_for_the_customer_that_they_become()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var customer = await Shopper.OfRoleAsync(Host, "customer");
        for (var i = 0; i < 3; i++) await OrderedAsync(guest);
        await Host.InvokeMessageAndWaitAsync(new GuestSignedInNotice(guest.Subject, customer.Subject, DateTimeOffset.UtcNow));

        await OrderedAsync(customer);
        await OrderedAsync(customer);

        (await OrderAsync(customer, await Host.SellsAsync(), 1)).Is(429, "checkout.too_many_unpaid");
        await OrderedAsync(guest);
    }

    [Fact]
    public async Task guests_of_one_address_hold_no_more_together_and_their_neighbours_do()
    {
        await using var node = await NarrowAsync();
        foreach (var address in new[] { "203.0.113.8", "203.0.113.8", "::ffff:203.0.113.8" }) await PlacedFromAsync(node, address);

        var refused = await CheckOutFromAsync(node, await node.GuestToken(), "203.0.113.8");

        Assert.Equal((429, "checkout.address_busy"), refused);
        await PlacedFromAsync(node, "203.0.113.9");
        // An IPv6 customer has a /64 network; the next customer has the next one.
        foreach (var address in new[] { "2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff:ffff:ffff:ffff" })
            await PlacedFromAsync(node, address);
        Assert.Equal((429, "checkout.address_busy"), await CheckOutFromAsync(node, await node.GuestToken(), "2001:db8:1:2:3::"));
        await PlacedFromAsync(node, "2001:db8:1:3::1");
        // The pieces ordered from an address are limited too.
        await PlacedFromAsync(node, "203.0.113.10", pieces: 8);
        Assert.Equal((429, "checkout.address_busy"), await CheckOutFromAsync(node, await node.GuestToken(), "203.0.113.10", pieces: 3));
        await PlacedFromAsync(node, "203.0.113.10", pieces: 2);
    }

    [Fact]
    public async Task who_has_bought_before_orders_whatever_strangers_hold_at_the_same_address()
    {
        await using var node = await NarrowAsync();
        const string address = "203.0.113.20";
        var known = await node.TokenFor("customer");
        var bought = await PlacedFromAsync(node, "203.0.113.21", known);
        for (var i = 0; i < 3; i++) await PlacedFromAsync(node, address);
        Assert.Equal((429, "checkout.address_busy"), await CheckOutFromAsync(node, known, address));

        await node.PaysAsync(bought);

        await PlacedFromAsync(node, address, known);
        Assert.Equal((429, "checkout.address_busy"), await CheckOutFromAsync(node, await node.GuestToken(), address));
    }

    [Fact]
    public async Task an_address_is_kept_as_a_keyed_hash_and_no_longer_than_the_order_is_unpaid()
    {
        await using var node = await NarrowAsync();
        const string address = "203.0.113.99";
        var order = await PlacedFromAsync(node, address);
        Assert.NotEmpty(await KeptOfAsync(order.Id));
        Assert.DoesNotContain(address, await KeptOfAsync(order.Id), StringComparison.Ordinal);
        Assert.Empty((await EverythingKept.ReadAsync(shop.DatabaseUrl, shop.Redis.Url)).PlacesOf(address));

        await node.InvokeMessageAndWaitAsync(new CancelUnpaidOrder(order.Id));

        Assert.Empty(await KeptOfAsync(order.Id));
    }

    // Three orders and ten pieces per address.
    private Task<IAlbaHost> NarrowAsync() => shop.AnotherNodeAsync(x =>
    {
        x.UseSetting("UNPAID_ORDERS_PER_ADDRESS", "3");
        x.UseSetting("UNPAID_PIECES_PER_ADDRESS", "10");
    });

    private static async Task<Answer> OrderAsync(Shopper shopper, string sku, int pieces)
    {
        (await shopper.AddAsync(sku, pieces)).Is(200);
        return await shopper.CheckoutAsync();
    }

    private async Task<OrderView> OrderedAsync(Shopper shopper, string? sku = null, int pieces = 1) => sku is null && pieces == 1
        ? (await OrderAsync(shopper, await Host.SellsAsync(), 1)).Is(201).As<OrderView>()
        : (await OrderAsync(shopper, sku!, pieces)).Is(201).As<OrderView>();

    private static async Task<OrderView> PlacedFromAsync(IAlbaHost node, string address, string? token = null, int pieces = 1)
    {
        var (status, text) = await SendFromAsync(node, token ?? await node.GuestToken(), address, pieces);
        Assert.True(status == 201, text);
        return JsonSerializer.Deserialize<OrderView>(text, Answer.Json)!;
    }

    private static async Task<(int Status, string? Code)> CheckOutFromAsync(IAlbaHost node, string token, string address, int pieces = 1)
    {
        var (status, text) = await SendFromAsync(node, token, address, pieces);
        return (status, JsonDocument.Parse(text).RootElement.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    private static async Task<(int Status, string Text)> SendFromAsync(IAlbaHost node, string token, string address, int pieces)
    {
        var sku = await node.SellsAsync();
        await node.Scenario(x =>
        {
            x.WithBearerToken(token);
            x.Post.Json(new { sku, quantity = pieces }).ToUrl("/api/cart/items");
            x.StatusCodeShouldBeOk();
        });
        var answer = await node.Scenario(x =>
        {
            x.ConfigureHttpContext(http => http.Connection.RemoteIpAddress = IPAddress.Parse(address));
            x.WithBearerToken(token);
            x.WithRequestHeader("Idempotency-Key", Guid.NewGuid().ToString());
            x.Post.Json(Shopper.Checkout()).ToUrl("/api/checkout");
            x.IgnoreStatusCode();
        });
        if (answer.Context.Response.StatusCode == 429)
        {
            var retryAfter = int.Parse(answer.Context.Response.Headers.RetryAfter.ToString(), CultureInfo.InvariantCulture);
            Assert.InRange(retryAfter, 1, (15 * 60) + 5);
            // A refused checkout leaves its goods in the cart; the next one must begin with an empty cart.
            await node.Scenario(x => { x.WithBearerToken(token); x.Delete.Url("/api/cart"); x.IgnoreStatusCode(); });
        }

        return (answer.Context.Response.StatusCode, await answer.ReadAsTextAsync());
    }

    private async Task<long> UnpaidAsync(Guid order)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return (await session.AdvancedSql.QueryAsync<long>(
            "select count(*) from commerce.unpaid_order where order_id = ?", Cancel, order))[0];
    }

    private async Task<string> KeptOfAsync(Guid order)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        var rows = await session.AdvancedSql.QueryAsync<string>(
            "select network from commerce.unpaid_order where order_id = ?", Cancel, order);
        return string.Concat(rows);
    }
}
