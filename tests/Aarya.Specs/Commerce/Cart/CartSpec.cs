using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace Aarya.Specs.Commerce.Cart;

[StoryOf(typeof(AddToCartEndpoint), typeof(ChangeQuantityEndpoint), typeof(ClearCartEndpoint), typeof(GetCartEndpoint),
    typeof(RemoveFromCartEndpoint))]
public sealed class CartSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly CartKeys Keys = new(RedisKeys.OfOneBucket);

    private readonly string key = Guid.NewGuid().ToString();

    private Carts Carts => Host.Services.GetRequiredService<Carts>();

    private IDatabase Redis => AllOfRedis;

    [Fact]
    public async Task a_new_line_is_priced_by_the_shop()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync(pieces: 7, price: Money.Rupees(525));

        var cart = (await shopper.AddAsync(sku, 2)).Is(200).As<CartView>();

        var line = Assert.Single(cart.Lines);
        Assert.Equal((sku, 2, Money.Rupees(525), Money.Rupees(1_050), 7),
            (line.Sku, line.Quantity, line.UnitPrice, line.LineTotal, line.Available));
        Assert.Equal((Money.Rupees(1_050), Money.Rupees(50), Money.Zero(), Money.Rupees(1_050)),
            (cart.Subtotal, cart.Tax, cart.Shipping, cart.Total));
        Assert.Equal(shopper.Subject, cart.Id);
        Assert.Empty(cart.Changes);
        Assert.Equal(cart.Lines, (await shopper.GetAsync("/api/cart")).Is(200).As<CartView>().Lines);
    }

    [Fact]
    public async Task lines_stay_in_the_order_they_came_and_the_same_sku_is_one_line()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        string[] skus = [await Host.SellsAsync(), await Host.SellsAsync(), await Host.SellsAsync()];
        foreach (var sku in skus) await shopper.AddAsync(sku);

        var cart = (await shopper.AddAsync(skus[0], 4)).Is(200).As<CartView>();

        Assert.Equal(skus, cart.Lines.Select(x => x.Sku));
        Assert.Equal([5, 1, 1], cart.Lines.Select(x => x.Quantity));
    }

    [Fact]
    public async Task lines_that_come_within_one_millisecond_stay_in_the_order_they_came()
    {
        var carts = new Carts(Host.Services.GetRequiredService<RedisConnections>(),
            Host.Services.GetRequiredService<StreamPolicies>(), new FakeTimeProvider(DateTimeOffset.UtcNow));
        var owner = new CartOwner(Guid.NewGuid(), IsGuest: true);
        string[] skus = ["C", "A", "B", "D"];
        foreach (var sku in skus)
            await carts.AddAsync(owner, sku, 1,
                new(sku, Guid.NewGuid(), "tee", "Tee", "M", "Red", "", Money.Rupees(525), OnSale: true, Available: 5));

        Assert.Equal(skus, (await carts.ReadAsync(owner.Subject)).Lines.Select(x => x.Sku));
    }

    [Fact]
    public async Task a_line_holds_twenty_and_not_one_more()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        (await shopper.AddAsync(sku, 19)).Is(200);

        (await shopper.AddAsync(sku, 2)).Is(409, "cart.line_limit");
        (await shopper.AddAsync(sku)).Is(200);
        (await shopper.AddAsync(sku)).Is(409, "cart.line_limit");
        (await shopper.AddAsync(sku, 21)).Names("quantity");
    }

    [Fact]
    public async Task a_cart_holds_a_hundred_lines_and_not_one_more()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var owner = new CartOwner(shopper.Subject, IsGuest: true);
        var offer = new Offer("", Guid.Empty, "", "", "", "", "", Money.Rupees(1), OnSale: true, Available: 1);
        for (var i = 0; i < ShoppingCart.MaxLines; i++) await Carts.AddAsync(owner, $"SKU-{i}", 1, offer);

        (await shopper.AddAsync(await Host.SellsAsync())).Is(409, "cart.too_many_lines");
    }

    [Fact]
    public async Task what_the_shop_does_not_sell_cannot_be_added()
    {
        using var shopper = await Shopper.GuestAsync(Host);

        (await shopper.AddAsync("NOPE")).Is(404, "sku.not_found");
        (await shopper.AddAsync(await Host.SellsAsync(published: false))).Is(409, "cart.not_on_sale");
        Assert.Empty((await shopper.GetAsync("/api/cart")).Is(200).As<CartView>().Lines);
    }

    [Fact]
    public async Task a_quantity_is_set_a_line_taken_out_and_the_cart_emptied()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (tee, shirt) = (await Host.SellsAsync(), await Host.SellsAsync());
        await shopper.AddAsync(tee, 5);
        await shopper.AddAsync(shirt);

        var set = (await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{tee}", new { quantity = 2 })).Is(200).As<CartView>();
        Assert.Equal([2, 1], set.Lines.Select(x => x.Quantity));

        var removed = (await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{tee}")).Is(200).As<CartView>();
        Assert.Equal(shirt, Assert.Single(removed.Lines).Sku);

        var cleared = (await shopper.SendAsync(HttpMethod.Delete, "/api/cart")).Is(200).As<CartView>();
        Assert.Empty(cleared.Lines);
        Assert.Equal(Money.Zero(), cleared.Total);
    }

    [Fact]
    public async Task a_line_that_is_not_there_is_neither_set_nor_removed()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();

        (await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{sku}", new { quantity = 2 })).Is(404, "cart_line.not_found");
        (await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{sku}")).Is(404, "cart_line.not_found");
    }

    [Theory]
    [InlineData("""{"sku": "", "quantity": 1}""", "sku")]
    [InlineData("""{"sku": "A", "quantity": 0}""", "quantity")]
    [InlineData("""{"sku": "A", "quantity": -1}""", "quantity")]
    [InlineData("""{"sku": "A"}""", "quantity")]
    [InlineData("""{"quantity": 1}""", "sku")]
    [InlineData("""{"sku": "A", "quantity": "1"}""", "quantity")]
    [InlineData("""{"sku": "A", "quantity": 1, "price": 1}""", "price")]
    [InlineData("""{"sku": "A", "quantity": 1, "origin": {"source": "asha@example.com"}}""", "origin.source")]
    [InlineData("""{"sku": "A", "quantity": 1, "origin": {"device": "fridge"}}""", "origin.device")]
    [InlineData("""{"sku": "A", "quantity": 1, "origin": "newsletter"}""", "origin")]
    public async Task a_bad_request_names_its_field_and_leaves_the_cart_as_it_was(string json, string field)
    {
        using var shopper = await Shopper.GuestAsync(Host);

        (await shopper.PostAsync("/api/cart/items", json)).Names(field);
        Assert.Empty((await shopper.GetAsync("/api/cart")).Is(200).As<CartView>().Lines);
    }

    [Fact]
    public async Task nobody_without_a_token_has_a_cart()
    {
        using var nobody = Shopper.WithoutToken(Host);

        (await nobody.GetAsync("/api/cart")).Is(401, "auth.required");
        (await nobody.AddAsync("A")).Is(401, "auth.required");
    }

    [Fact]
    public async Task the_price_that_was_seen_is_kept_until_the_shopper_has_seen_another()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync(price: Money.Rupees(450));
        var offer = (await Host.Services.GetRequiredService<Offers>().FindAsync(sku, TestContext.Current.CancellationToken))!;
        await Carts.AddAsync(new(shopper.Subject, IsGuest: true), sku, 1, offer with { Price = Money.Rupees(500) });

        var cart = (await shopper.GetAsync("/api/cart")).As<CartView>();
        Assert.Equal(Money.Rupees(450), cart.Lines[0].UnitPrice);
        Assert.Equal([new(sku, "price", Money.Rupees(500), Money.Rupees(450))], cart.Changes);

        var seen = (await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{sku}", new { quantity = 1 })).As<CartView>();
        Assert.Empty(seen.Changes);
    }

    [Fact]
    public async Task the_same_change_under_the_same_key_happens_once_and_is_answered_alike()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();

        var first = (await shopper.AddAsync(sku, 3, key)).Is(200);
        await shopper.AddAsync(await Host.SellsAsync());
        var second = (await shopper.AddAsync(sku, 3, key)).Is(200);

        Assert.False(first.Replayed);
        Assert.True(second.Replayed);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal([3, 1], (await shopper.GetAsync("/api/cart")).As<CartView>().Lines.Select(x => x.Quantity));
    }

    [Fact]
    public async Task a_change_that_was_made_is_replayed_although_the_sku_was_withdrawn_since()
    {
        var owner = new CartOwner(Guid.CreateVersion7(), IsGuest: true, key);
        var offer = new Offer("TEE-S", Guid.Empty, "", "", "", "", "", Money.Rupees(1), OnSale: true, Available: 1);
        await Carts.AddAsync(owner, "TEE-S", 1, offer);

        Assert.Equal(CartOutcome.Replayed, (await Carts.AddAsync(owner, "TEE-S", 1, offer with { OnSale = false })).Outcome);
        Assert.Equal(CartOutcome.Replayed, (await Carts.AddAsync(owner, "TEE-S", 1, null)).Outcome);
    }

    [Fact]
    public async Task an_answer_that_got_lost_before_it_was_recorded_is_made_again_from_the_cart_of_then()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        var first = (await shopper.AddAsync(sku, 2, key)).Is(200);
        await Redis.HashDeleteAsync(Keys.Changes($"{shopper.Subject}"), "answer");
        await shopper.AddAsync(sku, 2);

        var second = (await shopper.AddAsync(sku, 2, key)).Is(200);

        Assert.True(second.Replayed);
        Assert.Equal(first.Text, second.Text);
    }

    [Fact]
    public async Task redis_keeps_the_latest_keyed_changes_of_a_cart_and_no_more()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        string[] keys = [.. Enumerable.Range(0, 40).Select(x => $"{key}-{x}")];
        await shopper.AddAsync(sku);
        foreach (var each in keys) await PutAsync(each);
        for (var i = 0; i < 40; i++)
            (await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{sku}", key: $"{key}:{i}")).Is(i == 0 ? 200 : 404);

        // 32 changes, their order, and perhaps the answer to the latest, which is written without waiting.
        Assert.InRange(await Redis.HashLengthAsync(Keys.Changes($"{shopper.Subject}")), 33, 34);
        var left = await Redis.KeyTimeToLiveAsync(Keys.Changes($"{shopper.Subject}"));
        Assert.InRange(left!.Value, TimeSpan.FromMinutes(50), Carts.KeyKept);
        await shopper.AddAsync(sku);
        Assert.True((await PutAsync(keys[^1])).Replayed);
        Assert.False((await PutAsync(keys[0])).Replayed);
        Assert.InRange(await Redis.HashLengthAsync(Keys.Changes($"{shopper.Subject}")), 33, 34);

        async Task<Answer> PutAsync(string each) =>
            (await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{sku}", new { quantity = 2 }, each)).Is(200);
    }

    [Fact]
    public async Task a_change_that_leaves_the_cart_as_it_was_makes_no_event()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku, 2);
        var before = await EventsOfAsync(shopper.Subject);

        (await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{sku}", new { quantity = 2 })).Is(200);
        (await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{sku}", new { quantity = 3 })).Is(200);

        Assert.Equal(1, before);
        Assert.Equal(2, await EventsOfAsync(shopper.Subject));
    }

    private async Task<int> EventsOfAsync(Guid subject) =>
        (await Redis.StreamRangeAsync(RedisKeys.OfOneBucket.Stream("analytics"))).Count(x => x["key"] == $"{subject}");

    [Fact]
    public async Task a_key_of_another_change_is_refused()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        using var other = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        (await shopper.AddAsync(sku, 1, key)).Is(200);

        (await shopper.AddAsync(sku, 2, key)).Is(422, "idempotency.key_reused");
        (await shopper.SendAsync(HttpMethod.Delete, "/api/cart", key: key)).Is(422, "idempotency.key_reused");
        Assert.False((await other.AddAsync(sku, 2, key)).Is(200).Replayed);
    }

    [Fact]
    public async Task a_key_that_is_no_key_is_refused()
    {
        using var shopper = await Shopper.GuestAsync(Host);

        (await shopper.AddAsync(await Host.SellsAsync(), 1, new('k', 256))).Is(400, "idempotency.key_invalid");
        Assert.Empty((await shopper.GetAsync("/api/cart")).As<CartView>().Lines);
    }

    [Fact]
    public async Task a_refused_change_leaves_its_key_free()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku, 20);
        (await shopper.AddAsync(sku, 1, key)).Is(409, "cart.line_limit");
        await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{sku}", new { quantity = 1 });

        Assert.False((await shopper.AddAsync(sku, 1, key)).Is(200).Replayed);
    }

    [Fact]
    public async Task sixteen_clients_with_one_key_add_once()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => shopper.AddAsync(sku, 1, key)));

        Assert.All(answers, x => Assert.Equal(1, x.Is(200).As<CartView>().Lines.Single().Quantity));
        Assert.Equal(15, answers.Count(x => x.Replayed));
    }

    [Fact]
    public async Task a_cart_that_many_clients_change_at_once_loses_no_line_and_no_piece()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var skus = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Host.SellsAsync()));

        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => shopper.AddAsync(skus[i % skus.Length])));

        Assert.All(answers, x => x.Is(200));
        var cart = (await shopper.GetAsync("/api/cart")).As<CartView>();
        Assert.Equal(skus.Order(), cart.Lines.Select(x => x.Sku).Order());
        Assert.All(cart.Lines, x => Assert.Equal(15, x.Quantity));
    }

    [Fact]
    public async Task analytics_hears_of_every_change_in_the_same_breath()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku, 2);
        await shopper.AddAsync(sku, 20);
        var origin = new { source = "newsletter", device = "phone" };
        await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{sku}", new { quantity = 7, origin });
        await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{sku}");

        var entries = await Redis.StreamRangeAsync(RedisKeys.OfOneBucket.Stream(Streams.Analytics));
        var told = entries
            .Where(x => x["key"] == $"{shopper.Subject}")
            .Select(x => JsonSerializer.Deserialize<CartChangedNotice>((string)x["body"]!, StreamJson.Options)!)
            .ToList();

        Assert.Equal(["add", "set", "remove"], told.Select(x => x.Change));
        Assert.Equal([(0, 2), (2, 7), (7, 0)], told.Select(x => (x.Lines.Single().Was, x.Lines.Single().Quantity)));
        Assert.Equal([(null, null), ("newsletter", "phone"), (null, null)], told.Select(x => (x.Source, x.Device)));
        Assert.All(told, x => Assert.Equal((shopper.Subject, sku), (x.Subject, x.Lines.Single().Sku)));
    }

    [Fact]
    public async Task a_guests_cart_is_kept_for_a_month_and_a_customers_for_a_season()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var customer = await Shopper.OfRoleAsync(Host, "customer");
        var sku = await Host.SellsAsync();
        await guest.AddAsync(sku);
        await customer.AddAsync(sku);

        Assert.Equal(30, Math.Round((await LifeOfAsync(guest)).TotalDays));
        Assert.Equal(90, Math.Round((await LifeOfAsync(customer)).TotalDays));

        async Task<TimeSpan> LifeOfAsync(Shopper shopper) => (await Redis.KeyTimeToLiveAsync(Keys.Of($"{shopper.Subject}")))!.Value;
    }

    [Fact]
    public async Task a_cart_of_500_rupees_holds_the_tax_of_its_delivery_too()
    {
        using var shopper = await Shopper.GuestAsync(Host);

        var cart = (await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(500)))).Is(200).As<CartView>();

        Assert.Equal((7_900, 2_757, 57_900), (cart.Shipping.Minor, cart.Tax.Minor, cart.Total.Minor));
        Assert.Equal([new RateTax(5, new(55_143, "INR"), new(2_757, "INR"))], cart.Taxes);
        Assert.Equal(new CartDeliveryView("IN", "standard", "3-6 days"), cart.Delivery);
    }

    [Theory]
    [InlineData("62", 1_299, 5, 61_86)]
    [InlineData("62", 3_499, 18, 533_75)]
    [InlineData("5007", 3_499, 5, 166_62)]
    [InlineData("4202", 1_299, 18, 198_15)]
    [InlineData("7117", 1_299, 3, 37_83)]
    public async Task a_piece_is_taxed_by_its_code_and_its_value(string hsnCode, int rupees, int rate, long tax)
    {
        using var shopper = await Shopper.GuestAsync(Host);

        var cart = (await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(rupees), hsnCode: hsnCode))).Is(200).As<CartView>();

        Assert.Equal((new Money(tax, "INR"), Money.Rupees(rupees)), (cart.Tax, cart.Total));
        Assert.Equal(rate, Assert.Single(cart.Taxes).Rate);
    }

    [Fact]
    public async Task a_cart_is_priced_for_the_country_that_it_goes_to_whatever_is_asked()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var (tee, shirt) = (await Host.SellsAsync(price: Money.Rupees(1_299)), await Host.SellsAsync(price: Money.Rupees(500)));
        await shopper.AddAsync(tee);

        Answer[] answers =
        [
            await shopper.GetAsync("/api/cart?country=US"),
            await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{tee}?country=US", new { quantity = 1 }),
            await shopper.PostAsync("/api/cart/items?country=US", new { sku = shirt, quantity = 1 }),
            await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{shirt}?country=US"),
            await shopper.SendAsync(HttpMethod.Delete, "/api/cart?country=US"),
        ];

        var views = answers.Select(x => x.Is(200).As<CartView>()).ToList();
        Assert.All(views, x => Assert.Equal(new CartDeliveryView("US", "standard", "9-16 days"), x.Delivery));
        Assert.All(views, x => Assert.Equal(Money.Zero(), x.Tax));
        Assert.Equal([1_299 + 1_499, 1_299 + 1_499, 1_799 + 1_499, 1_299 + 1_499, 0], views.Select(x => x.Total.Minor / 100));
    }

    [Fact]
    public async Task a_cart_that_can_be_brought_nowhere_says_so()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(500)));

        var answer = (await shopper.GetAsync("/api/cart?country=AQ")).Is(200);

        var cart = answer.As<CartView>();
        Assert.Equal(("AQ", "delivery.not_available", null), (cart.Delivery.Country, cart.Delivery.Code, cart.Delivery.Method));
        Assert.Equal((Money.Rupees(500), Money.Zero(), Money.Zero()), (cart.Total, cart.Shipping, cart.Tax));
    }

    [Fact]
    public async Task a_line_that_was_withdrawn_is_shown_and_counts_nothing()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var tee = await Host.SellsAsync(price: Money.Rupees(500));
        await shopper.AddAsync(tee);
        var gone = await Host.HoldsWithdrawnAsync(shopper.Subject, Money.Rupees(5_000), 2);

        var cart = (await shopper.GetAsync("/api/cart")).Is(200).As<CartView>();

        Assert.Equal([tee, gone], cart.Lines.Select(x => x.Sku));
        Assert.Equal((0, Money.Rupees(10_000)), (cart.Lines[1].Available, cart.Lines[1].LineTotal));
        Assert.Equal([new(gone, "withdrawn")], cart.Changes);
        Assert.Equal((50_000, 7_900, 2_757, 57_900), (cart.Subtotal.Minor, cart.Shipping.Minor, cart.Tax.Minor, cart.Total.Minor));
    }

    [Fact]
    public async Task a_cart_of_withdrawn_lines_costs_nothing()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await Host.HoldsWithdrawnAsync(shopper.Subject, Money.Rupees(300));

        foreach (var country in new[] { "IN", "US", "AQ" })
        {
            var cart = (await shopper.GetAsync($"/api/cart?country={country}")).Is(200).As<CartView>();
            Assert.Single(cart.Lines);
            Assert.All([cart.Subtotal, cart.Shipping, cart.Tax, cart.Total], x => Assert.Equal(Money.Zero(), x));
            Assert.Empty(cart.Taxes);
        }
    }
}
