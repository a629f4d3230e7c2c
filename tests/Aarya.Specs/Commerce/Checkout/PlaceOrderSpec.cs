using Aarya.Features;
using Aarya.Features.Addresses;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Options;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Pricing;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Checkout;

public sealed class PlaceOrderSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly string key = Guid.NewGuid().ToString();

    /// <summary>Sends the checkout and waits until every message it caused is handled or sent.</summary>
    private async Task<(Answer Answer, ITrackedSession Messages)> CheckOutAsync(Shopper shopper, string? withKey = null)
    {
        Answer answer = null!;
        var messages = await Host.ExecuteAndWaitAsync(async () => answer = await shopper.CheckoutAsync(withKey ?? key), 30_000);
        return (answer, messages);
    }

    [Fact]
    public async Task an_order_holds_its_goods_at_the_shops_prices_and_tells_payment()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (tee, shirt) = (await Host.SellsAsync(pieces: 5, price: Money.Rupees(525)),
            await Host.SellsAsync(pieces: 5, price: Money.Rupees(1_120)));
        await shopper.AddAsync(tee, 2);
        await shopper.AddAsync(shirt);

        var (answer, messages) = await CheckOutAsync(shopper);

        var order = answer.Is(201).As<OrderView>();
        Assert.EndsWith($"/api/orders/{order.Id}", $"{answer.Headers.Location}", StringComparison.Ordinal);
        Assert.Equal((OrderStatus.PendingPayment, OrderPaymentStatus.Pending), (order.Status, order.Payment.Status));
        Assert.Equal("pending_payment", answer["status"].GetString());
        Assert.True(OrderNumber.TryParse(order.Number, out _));
        Assert.Equal([(tee, 2, Money.Rupees(1_050)), (shirt, 1, Money.Rupees(1_120))],
            order.Lines.Select(x => (x.Sku, x.Quantity, x.LineTotal)));
        Assert.Equal((217_000, 10_333, 0, 217_000), (order.Subtotal.Minor, order.Tax.Minor, order.Shipping.Minor, order.Total.Minor));
        Assert.Equal(SampleAddresses.Bengaluru, order.ShippingAddress);

        var told = messages.Sent.SingleMessage<Features.Commerce.Contracts.OrderPlacedNotice>();
        Assert.Equal((order.Id, order.Number, shopper.Subject, "asha@example.com", order.Total, "tok_approve"),
            (told.OrderId, told.Number, told.Subject, told.Email, told.Total, told.PaymentToken));
        Assert.Equal(TimeSpan.FromMinutes(15), told.ExpiresAt - told.PlacedAt);
        Assert.Equal((5, 2), (await ShelfAsync(tee)));
        Assert.Equal((5, 1), (await ShelfAsync(shirt)));
    }

    [Fact]
    public async Task the_order_takes_exactly_what_was_ordered_out_of_the_cart()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (tee, shirt) = (await Host.SellsAsync(), await Host.SellsAsync());
        await shopper.AddAsync(tee, 2);

        var order = (await CheckOutAsync(shopper)).Answer.Is(201).As<OrderView>();
        await shopper.AddAsync(tee, 3);
        await shopper.AddAsync(shirt);

        // The message arrives twice: what the shopper added after the order stays in the cart.
        var leaving = new TakeOrderedFromCart(order.Id, shopper.Subject, [new(tee, 2)]);
        for (var i = 0; i < 2; i++) await Host.InvokeMessageAndWaitAsync(leaving);

        // What guards the removal until it is committed does not stay in Redis for long.
        var guard = new CartKeys(RedisKeys.OfOneBucket).Taken($"{shopper.Subject}", $"{order.Id}");
        await Eventually.HoldsAsync("the mark of the removal expires soon", async () =>
            await AllOfRedis.KeyTimeToLiveAsync(guard) is { } left && left <= TimeSpan.FromMinutes(10));
        Assert.Equal([(tee, 3), (shirt, 1)], (await shopper.GetAsync("/api/cart")).As<CartView>().Lines.Select(x => (x.Sku, x.Quantity)));
    }

    [Fact]
    public async Task a_cart_that_was_read_before_its_goods_left_is_not_ordered_again()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (tee, shirt) = (await Host.SellsAsync(), await Host.SellsAsync());
        await shopper.AddAsync(tee, 2);
        await shopper.AddAsync(shirt);
        var before = await CartReading.OfAsync(Host.Services.GetRequiredService<Carts>(), shopper.Subject);

        // Another device orders the tees and pays, and they leave the cart, while this checkout waits for core.
        (await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{shirt}")).Is(200);
        var order = (await CheckOutAsync(shopper)).Answer.Is(201).As<OrderView>();
        await Host.PaysAsync(order);
        await Host.InvokeMessageAndWaitAsync(new TakeOrderedFromCart(order.Id, shopper.Subject, [new(tee, 2)]));

        Assert.Equal([(shirt, 1)], (await TakeAsync(before)).Lines.Select(x => (x.Sku, x.Quantity)));
        var now = await CartReading.OfAsync(Host.Services.GetRequiredService<Carts>(), shopper.Subject);
        await shopper.AddAsync(tee);
        var later = await CartReading.OfAsync(Host.Services.GetRequiredService<Carts>(), shopper.Subject);
        Assert.Empty(now.Cart.Lines);
        Assert.Equal([(tee, 1)], (await TakeAsync(later)).Lines.Select(x => (x.Sku, x.Quantity)));
        // The claim of the first order ended after this checkout began to read, but its goods had left the cart by then.
        var slow = later with { Began = before.Began };
        Assert.Equal([(tee, 1)], (await TakeAsync(slow)).Lines.Select(x => (x.Sku, x.Quantity)));

        async Task<ReservedCart> TakeAsync(CartReading read)
        {
            await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
            var (taken, refused) = await ReservedCart.TakeAsync(
                session, Guid.CreateVersion7(), read, network: null, "IN", DateTimeOffset.UtcNow,
                Host.Services.GetRequiredService<CheckoutOptions>(), TestContext.Current.CancellationToken);
            return taken ?? throw new InvalidOperationException(refused.Detail);
        }
    }

    [Fact]
    public async Task a_cart_that_was_read_before_it_was_handed_over_is_not_ordered()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var customer = await Shopper.OfRoleAsync(Host, "customer");
        var tee = await Host.SellsAsync();
        await guest.AddAsync(tee, 2);
        var before = await CartReading.OfAsync(Host.Services.GetRequiredService<Carts>(), guest.Subject);

        // The guest signs in while the checkout waits for core.
        await Host.Services.GetRequiredService<Aarya.Protos.Commerce.Commerce.CommerceClient>()
            .MergeCartAsync(new() { FromSubject = $"{guest.Subject}", ToSubject = $"{customer.Subject}" });

        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        var (taken, refused) = await ReservedCart.TakeAsync(
            session, Guid.CreateVersion7(), before, network: null, "IN", DateTimeOffset.UtcNow,
            Host.Services.GetRequiredService<CheckoutOptions>(), TestContext.Current.CancellationToken);
        Assert.Equal((null, "cart.empty"), (taken, refused.Extensions["code"]));
        (await customer.CheckoutAsync()).Is(201);
    }

    [Fact]
    public async Task fifty_shoppers_race_for_the_last_ten_pieces_and_ten_get_one()
    {
        var sku = await Host.SellsAsync(pieces: 10);
        var shoppers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Shopper.GuestAsync(Host)));
        await Task.WhenAll(shoppers.Select(x => x.AddAsync(sku)));

        var answers = await Task.WhenAll(shoppers.Select(x => x.CheckoutAsync()));

        Assert.Equal(10, answers.Count(x => x.Status == 201));
        Assert.All(answers.Where(x => x.Status != 201),
            x => Assert.Equal(0, x.Is(409, "stock.insufficient")["shortages"][0].GetProperty("available").GetInt32()));
        Assert.Equal((10, 10), await ShelfAsync(sku));
        Assert.Equal(10, answers.Where(x => x.Status == 201).Select(x => x.As<OrderView>().Number).Distinct().Count());
        foreach (var shopper in shoppers) shopper.Dispose();
    }

    [Fact]
    public async Task sixteen_clients_with_one_key_place_one_order()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync(pieces: 100);
        await shopper.AddAsync(sku, 3);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => shopper.CheckoutAsync(key)));

        Assert.Single(answers.Where(x => x.Status == 201).Select(x => x.Text).Distinct());
        Assert.All(answers.Where(x => x.Status != 201), x => x.Is(409, "idempotency.in_progress"));
        Assert.Equal((100, 3), await ShelfAsync(sku));
        Assert.Single((await shopper.GetAsync("/api/orders")).Is(200).As<OrderPage>().Items);

        var again = (await shopper.CheckoutAsync(key)).Is(201);
        Assert.True(again.Replayed);
        Assert.Equal(answers.First(x => x.Status == 201).Text, again.Text);
    }

    [Fact]
    public async Task what_cannot_be_had_is_named_and_nothing_is_kept()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (plenty, few) = (await Host.SellsAsync(pieces: 50), await Host.SellsAsync(pieces: 1));
        await shopper.AddAsync(plenty, 2);
        await shopper.AddAsync(few, 2);

        var refused = (await shopper.CheckoutAsync(key)).Is(409, "stock.insufficient");

        var shortage = Assert.Single(refused["shortages"].EnumerateArray());
        Assert.Equal((few, 2, 1),
            (shortage.GetProperty("sku").GetString(), shortage.GetProperty("requested").GetInt32(),
                shortage.GetProperty("available").GetInt32()));
        Assert.Equal((50, 0), await ShelfAsync(plenty));
        Assert.Empty((await shopper.GetAsync("/api/orders")).As<OrderPage>().Items);

        // The shopper orders what is left: the key is still unused.
        await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{few}", new { quantity = 1 });
        (await shopper.CheckoutAsync(key)).Is(201);
    }

    [Fact]
    public async Task an_empty_cart_cannot_be_ordered()
    {
        using var shopper = await Shopper.GuestAsync(Host);

        (await shopper.CheckoutAsync()).Is(409, "cart.empty");
    }

    [Fact]
    public async Task an_order_that_costs_something_else_than_was_shown_is_refused_with_both_totals()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (shown, added) = (await Host.SellsAsync(price: Money.Rupees(1_299)), await Host.SellsAsync(price: Money.Rupees(129_900)));
        await shopper.AddAsync(shown);
        var total = (await shopper.GetAsync("/api/cart")).As<CartView>().Total;
        await shopper.AddAsync(added);

        var refused = (await OrderAsync(shopper, total, key)).Is(409, "checkout.total_changed");

        Assert.Equal((129_900, 13_119_900), (AmountOf(refused["expected"]), AmountOf(refused["total"])));
        Assert.Equal((100, 0), await ShelfAsync(shown));
        Assert.Empty((await shopper.GetAsync("/api/orders")).As<OrderPage>().Items);
        // The shopper accepts the new total: the key is still unused.
        Assert.Equal(13_119_900, (await OrderAsync(shopper, new(13_119_900, Money.Inr), key)).Is(201).As<OrderView>().Total.Minor);
    }

    [Theory]
    [InlineData(-1, "INR")]
    [InlineData(129_900, "USD")]
    [InlineData(129_900, "")]
    public async Task a_total_that_no_order_can_cost_is_named(long amount, string currency)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());

        (await OrderAsync(shopper, new(amount, currency), key)).Names("expectedTotal");
    }

    [Fact]
    public async Task a_checkout_with_the_carts_tag_orders_that_cart_and_no_other()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (shown, added) = (await Host.SellsAsync(price: Money.Rupees(1_299)), await Host.SellsAsync(price: Money.Rupees(129_900)));
        var put = await shopper.AddAsync(shown);
        var tag = (await shopper.GetAsync("/api/cart")).Headers.ETag!.ToString();
        Assert.Equal(tag, put.Headers.ETag!.ToString());
        await shopper.AddAsync(added);

        var refused = (await OrderAsync(shopper, ifMatch: tag)).Is(409, "cart.changed");

        Assert.Equal((129_900, 13_119_900), (AmountOf(refused["expected"]), AmountOf(refused["total"])));
        foreach (var other in new[] { "\"x\"", "\"129900-0\"", $"W/{tag}", "nonsense" })
            (await OrderAsync(shopper, ifMatch: other)).Is(409, "cart.changed");
        Assert.Equal((100, 0), await ShelfAsync(shown));
        await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{added}");
        // Pieces that are sold meanwhile do not change the tag.
        using (var other = await Shopper.GuestAsync(Host))
        {
            await other.AddAsync(shown);
            (await other.CheckoutAsync()).Is(201);
        }

        (await OrderAsync(shopper, ifMatch: $"\"x\", {tag}")).Is(201);
    }

    [Fact]
    public async Task a_checkout_that_would_order_a_part_of_what_was_shown_names_the_order_that_has_the_rest()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());
        var first = (await OrderAsync(shopper)).Is(201).As<OrderView>();
        await shopper.AddAsync(await Host.SellsAsync());
        var cart = await shopper.GetAsync("/api/cart");

        foreach (var refused in new[]
        {
            (await OrderAsync(shopper, ifMatch: cart.Headers.ETag!.ToString())).Is(409, "cart.changed"),
            (await OrderAsync(shopper, cart.As<CartView>().Total)).Is(409, "checkout.total_changed"),
        })
            Assert.Equal((first.Id, first.Number), (refused["orderId"].GetGuid(), refused["number"].GetString()));
    }

    [Fact]
    public async Task several_declined_orders_give_way_to_one_checkout()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (tee, shirt) = (await Host.SellsAsync(pieces: 1), await Host.SellsAsync(pieces: 1));
        List<OrderView> declined = [];
        foreach (var sku in new[] { shirt, tee })
        {
            await shopper.AddAsync(sku);
            declined.Add((await OrderAsync(shopper)).Is(201).As<OrderView>());
        }

        foreach (var order in declined)
            await Host.InvokeMessageAndWaitAsync(new Features.Commerce.Contracts.PaymentDeclinedNotice(order.Id, "insufficient_funds",
                DateTimeOffset.UtcNow));

        var both = (await OrderAsync(shopper)).Is(201).As<OrderView>();

        Assert.Equal([shirt, tee], both.Lines.Select(x => x.Sku));
        Assert.Equal(((1, 1), (1, 1)), (await ShelfAsync(tee), await ShelfAsync(shirt)));
        foreach (var order in declined)
            Assert.Equal("replaced", (await shopper.GetAsync($"/api/orders/{order.Id}")).As<OrderView>().CancelReason);
    }

    private static Task<Answer> OrderAsync(Shopper shopper, Money? expectedTotal = null, string? withKey = null, string? ifMatch = null) =>
        shopper.SendAsync(HttpMethod.Post, "/api/checkout", new
        {
            shippingAddress = SampleAddresses.Bengaluru,
            shippingMethod = "standard",
            paymentToken = "tok_approve",
            email = "asha@example.com",
            expectedTotal,
        }, withKey ?? Guid.NewGuid().ToString(), ifMatch);

    private static long AmountOf(System.Text.Json.JsonElement money) => money.GetProperty("amount").GetInt64();

    [Fact]
    public async Task what_was_withdrawn_cannot_be_ordered()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku);
        await Host.WithdrawAsync(sku);

        var refused = (await shopper.CheckoutAsync()).Is(409, "cart.not_on_sale");

        Assert.Equal([sku], refused["skus"].EnumerateArray().Select(x => x.GetString()));
        Assert.Equal((100, 0), await ShelfAsync(sku));
    }

    [Fact]
    public async Task a_checkout_without_a_key_is_refused()
    {
        using var shopper = await Shopper.GuestAsync(Host);

        (await shopper.PostAsync("/api/checkout", Shopper.Checkout())).Is(400, "idempotency.key_required");
    }

    [Fact]
    public async Task a_guest_must_say_where_news_goes()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());

        (await shopper.PostAsync("/api/checkout",
            new { shippingAddress = SampleAddresses.Bengaluru, shippingMethod = "standard", paymentToken = "tok_approve" },
            key)).Names("email");
    }

    [Theory]
    [InlineData("a b@c")]
    [InlineData("foo@bar..com")]
    [InlineData("asha@example.com\r\nBcc: rao@example.com")]
    [InlineData("asha@example.com\n")]
    [InlineData("Meera <meera@example.com>")]
    [InlineData("asha@localhost")]
    [InlineData("asha@example.com, rao@example.com")]
    [InlineData("")]
    [InlineData(" ")]
    public async Task news_goes_to_no_address_that_could_not_be_registered(string email)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku);

        (await shopper.PostAsync("/api/checkout", With(email), key)).Names("email");

        Assert.Equal((100, 0), await ShelfAsync(sku));
        (await shopper.PostAsync("/api/checkout", With(" Asha@B\u00FCcher.EXAMPLE "), key)).Is(201);
    }

    [Fact]
    public async Task an_order_keeps_its_address_in_one_spelling()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());

        var messages =
            await Host.ExecuteAndWaitAsync(async () => (await shopper.PostAsync("/api/checkout", With(" Asha@B\u00FCcher.EXAMPLE "), key))
                .Is(201), 30_000);

        Assert.Equal("asha@xn--bcher-kva.example", messages.Sent.SingleMessage<Features.Commerce.Contracts.OrderPlacedNotice>().Email);
    }

    private static object With(string email) =>
        new { shippingAddress = SampleAddresses.Bengaluru, shippingMethod = "standard", paymentToken = "tok_approve", email };

    [Fact]
    public async Task a_customer_names_an_address_of_their_own_and_of_nobody_else()
    {
        using var shopper = await Shopper.OfRoleAsync(Host, "customer");
        using var other = await Shopper.OfRoleAsync(Host, "customer");
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku);
        object With(object? id, object? address = null) =>
            new
            {
                addressId = id,
                shippingAddress = address,
                shippingMethod = "standard",
                paymentToken = "tok_approve",
                email = "asha@example.com",
            };
        var home = (await shopper.PostAsync("/api/users/me/addresses", SampleAddresses.Bengaluru, "home")).Is(201)["id"].GetGuid();
        var theirs = (await other.PostAsync("/api/users/me/addresses", SampleAddresses.Bengaluru, "home")).Is(201)["id"].GetGuid();

        foreach (var id in new[] { theirs, Guid.NewGuid() }) (await shopper.PostAsync("/api/checkout", With(id), key)).Names("addressId");
        (await shopper.PostAsync("/api/checkout", With(home, SampleAddresses.Bengaluru), key)).Names("addressId");
        (await shopper.PostAsync("/api/checkout", With("home"), key)).Names("addressId");
        Assert.Equal((100, 0), await ShelfAsync(sku));

        var order = (await shopper.PostAsync("/api/checkout", With(home), key)).Is(201).As<OrderView>();
        Assert.Equal(SampleAddresses.Bengaluru, order.ShippingAddress);
    }

    [Fact]
    public async Task everything_that_is_wrong_is_named_at_once_and_nothing_happens()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku);
        var address = SampleAddresses.Bengaluru with { PostalCode = "1", Phone = "x", Country = "IN", Name = "" };

        (await shopper.PostAsync("/api/checkout",
            new { shippingAddress = address, shippingMethod = "pigeon", paymentToken = "4111111111111111", email = "nowhere" }, key))
            .Names("shippingAddress.name", "shippingAddress.postalCode", "shippingAddress.phone", "shippingMethod",
                "paymentToken", "email");
        (await shopper.PostAsync("/api/checkout", new { }, key)).Names("shippingMethod", "paymentToken");
        (await shopper.PostAsync("/api/checkout", new { shippingMethod = "standard", paymentToken = "tok_approve" }, key))
            .Names("shippingAddress");

        Assert.Equal((100, 0), await ShelfAsync(sku));
        Assert.Single((await shopper.GetAsync("/api/cart")).As<CartView>().Lines);
    }

    [Fact]
    public async Task express_delivery_is_paid_for()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(2_000)));

        Assert.Equal(Money.Rupees(2_149), (await shopper.CheckoutAsync(key, "express")).Is(201).As<OrderView>().Total);
    }

    [Fact]
    public async Task an_order_keeps_the_rate_the_code_and_the_tax_of_each_line()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(1_299), hsnCode: "6109"));
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(3_499), hsnCode: "6205"));
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(103), hsnCode: "4202"), 2);

        var order = (await shopper.CheckoutAsync(key, "express")).Is(201).As<OrderView>();

        Assert.Equal([("6109", 5), ("6205", 18), ("4202", 18)], order.Lines.Select(x => (x.HsnCode!, x.TaxRate)));
        Assert.Equal([5, 18], order.Taxes!.Select(x => x.Rate));
        Assert.Equal(order.Tax, Money.Sum(order.Lines.Select(x => x.Tax!.Value)));
        Assert.Equal(order.Tax, Money.Sum(order.Taxes!.Select(x => x.Tax)));
        Assert.Equal(order.Total, Money.Sum(order.Taxes!.Select(x => x.Taxable + x.Tax)));
        // The stored order shows the same: later rates do not change it.
        var stored = (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>();
        Assert.Equal(order.Lines, stored.Lines);
        Assert.Equal(order.Taxes, stored.Taxes);
    }

    [Fact]
    public async Task goods_for_500_rupees_and_their_delivery_are_taxed_together()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(500)));

        var order = (await shopper.CheckoutAsync(key)).Is(201).As<OrderView>();

        Assert.Equal((57_900, 2_757), (order.Total.Minor, order.Tax.Minor));
    }

    private static readonly ShippingAddress NewYork =
        new("Asha Rao", "350 Fifth Avenue", null, "New York", "NY", "10118", "US", "+12125550123");
    private static readonly ShippingAddress Kathmandu =
        new("Asha Rao", "Durbar Marg 1", null, "Kathmandu", "Bagmati", "44600", "NP", "+9779812345678");
    private static readonly ShippingAddress Antarctica =
        new("Asha Rao", "Bharati Station", null, "Larsemann Hills", "", "BIQQ 1ZZ", "AQ", "+919845012345");

    private static object To(ShippingAddress address, string method = "standard") =>
        new { shippingAddress = address, shippingMethod = method, paymentToken = "tok_approve", email = "asha@example.com" };

    [Fact]
    public async Task what_goes_abroad_costs_its_delivery_and_holds_no_tax()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(1_299)));
        var cart = (await shopper.GetAsync("/api/cart?country=US")).As<CartView>();

        var order = (await shopper.PostAsync("/api/checkout", To(NewYork), key)).Is(201).As<OrderView>();

        Assert.Equal((129_900, 149_900, 0, 279_800), (order.Subtotal.Minor, order.Shipping.Minor, order.Tax.Minor, order.Total.Minor));
        Assert.Equal((cart.Shipping, cart.Tax, cart.Total), (order.Shipping, order.Tax, order.Total));
        Assert.Equal([new RateTax(0, Money.Rupees(2_798), Money.Zero())], order.Taxes);
        Assert.Equal((0, Money.Zero()), (order.Lines[0].TaxRate, order.Lines[0].Tax!.Value));
    }

    [Fact]
    public async Task nothing_is_ordered_to_where_no_method_goes()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku);

        foreach (var method in new[] { "standard", "express" })
        {
            var refused = (await shopper.PostAsync("/api/checkout", To(Antarctica, method), key)).Is(409, "delivery.not_available");
            Assert.Equal("AQ", refused["country"].GetString());
        }

        Assert.Equal((100, 0), await ShelfAsync(sku));
        Assert.Empty((await shopper.GetAsync("/api/orders")).As<OrderPage>().Items);
        Assert.Single((await shopper.GetAsync("/api/cart")).As<CartView>().Lines);
        // The key is still unused.
        (await shopper.CheckoutAsync(key)).Is(201);
    }

    [Fact]
    public async Task a_method_that_does_not_go_there_is_refused_with_those_which_do()
    {
        using var shopper = await Shopper.OfRoleAsync(Host, "customer");
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku);
        var abroad = (await shopper.PostAsync("/api/users/me/addresses", Kathmandu, "abroad")).Is(201)["id"].GetGuid();
        object[] requests =
        [
            To(Kathmandu, "express"),
            new { addressId = abroad, shippingMethod = "express", paymentToken = "tok_approve", email = "asha@example.com" },
        ];

        foreach (var request in requests)
        {
            var refused = (await shopper.PostAsync("/api/checkout", request, key)).Is(409, "delivery.method_not_available");
            Assert.Equal("NP", refused["country"].GetString());
            Assert.Equal(["standard"], refused["methods"].EnumerateArray().Select(x => x.GetString()));
        }

        Assert.Equal((100, 0), await ShelfAsync(sku));
        Assert.Equal(Money.Rupees(500 + 799), (await shopper.PostAsync("/api/checkout", To(Kathmandu), key)).Is(201).As<OrderView>().Total);
    }

    private async Task<(int OnHand, int Reserved)> ShelfAsync(string sku)
    {
        var stock = await Host.StockOfAsync(sku);
        return (stock.OnHand, stock.Reserved);
    }
}
