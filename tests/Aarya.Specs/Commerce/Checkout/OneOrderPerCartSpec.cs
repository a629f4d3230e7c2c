using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Commerce.Checkout;

/// <summary>
/// Two clicks on Pay, or two devices, cause a race between processes: here they are real ones, and the provider's books show what was
/// charged.
/// </summary>
[StoryOf(typeof(TakeOrderedFromCartHandler), typeof(OrderCartHandler))]
public sealed class OneOrderPerCartSpec(ShopOfTwo shop) : IClassFixture<ShopOfTwo>
{
    private const int Clicks = 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static object Body(string token = "tok_approve") => new
    {
        shippingAddress = SampleAddresses.Bengaluru,
        shippingMethod = "standard",
        paymentToken = token,
        email = "asha@example.com",
    };

    [Fact]
    public async Task a_cart_that_is_ordered_many_times_at_once_is_ordered_once()
    {
        var skus = await shop.SkusAsync(20);
        var customers = await CustomersAsync(10);
        var guests = new ConcurrentBag<(string Token, JsonElement Order)>();
        var orders = new ConcurrentDictionary<int, ConcurrentBag<JsonElement>>();

        // A customer's races run one after another; a guest has only one.
        await Parallel.ForAsync(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (racer, _) =>
        {
            for (var round = 0; round < 10; round++)
            {
                var customer = racer < customers.Count ? customers[racer] : null;
                var tokens = customer ?? [await GuestAsync()];
                var (order, others) = await RaceAsync(tokens, skus[(racer + round) % skus.Count]);
                Assert.Equal(1, order.GetProperty("lines").EnumerateArray().Sum(x => x.GetProperty("quantity").GetInt32()));
                Assert.All(others, x => Assert.Equal("cart.ordered", x.GetProperty("code").GetString()));
                if (customer is null)
                {
                    Assert.All(others, x => Assert.Equal(order.GetProperty("number").GetString(), x.GetProperty("number").GetString()));
                    guests.Add((tokens[0], order));
                }
                else
                {
                    orders.GetOrAdd(racer, _ => []).Add(order);
                }
            }
        });

        Assert.Equal(200, guests.Count + orders.Values.Sum(x => x.Count));
        foreach (var (token, order) in guests) await EndsPaidOnceAsync(token, [order]);
        foreach (var (racer, placed) in orders) await EndsPaidOnceAsync(customers[racer][0], [.. placed]);
    }

    [Fact]
    public async Task a_process_that_dies_between_leaves_one_order_for_each_cart()
    {
        var skus = await shop.SkusAsync(20);
        var racers = await Task.WhenAll(Enumerable.Range(0, 24).Select(async i => (Token: await GuestAsync(), Sku: skus[i % skus.Count])));
        foreach (var (token, sku) in racers) await AddAsync(token, sku);

        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clicks =
            racers.SelectMany(x => Enumerable.Range(0, Clicks).Select(i => (x.Token, Process: i % 2, Key: Guid.NewGuid().ToString())))
                .ToList();
        var first = clicks.Select(x => ClickAsync(x.Token, x.Process, x.Key, answered)).ToList();
        await answered.Task.WaitAsync(Cancel);
        await shop.KillAsync(1);
        await Task.WhenAll(first);
        await shop.StartAsync(1);

        // The clients whose answers were lost send their requests again with the same keys.
        foreach (var (token, process, key) in clicks)
        {
            var (status, body) = await CheckOutAsync(process, token, key);
            Assert.True(status is 201 or 409, $"{status} {body}");
        }

        foreach (var (token, _) in racers)
        {
            var (_, page) = await shop.SendAsync(0, token, HttpMethod.Get, "/api/orders");
            await EndsPaidOnceAsync(token, [Assert.Single(page.GetProperty("items").EnumerateArray())]);
        }
    }

    [Fact]
    public async Task two_devices_that_change_the_cart_between_order_each_piece_once()
    {
        var skus = await shop.SkusAsync(3);
        var token = await GuestAsync();
        await AddAsync(token, skus[0]);
        var (first, one) =
            await shop.SendAsync(0, token, HttpMethod.Post, "/api/checkout", Body("tok_challenge"), Guid.NewGuid().ToString());
        await AddAsync(token, skus[1]);

        var (second, two) = await shop.SendAsync(1, token, HttpMethod.Post, "/api/checkout", Body(), Guid.NewGuid().ToString());

        Assert.Equal((201, 201), (first, second));
        Assert.Equal([skus[0]], one.GetProperty("lines").EnumerateArray().Select(x => x.GetProperty("sku").GetString()));
        Assert.Equal([skus[1]], two.GetProperty("lines").EnumerateArray().Select(x => x.GetProperty("sku").GetString()));
        await Eventually.HoldsAsync("the second order to leave the cart",
            async () => (await CartAsync(token)).SequenceEqual([(skus[0], 1)]));
    }

    [Theory]
    [InlineData("tok_decline_funds")]
    [InlineData("tok_decline_stolen")]
    [InlineData("tok_challenge")]
    public async Task an_order_whose_payment_came_to_nothing_keeps_the_cart_and_is_paid_another_way(string token)
    {
        var sku = (await shop.SkusAsync(1))[0];
        var guest = await GuestAsync();
        await AddAsync(guest, sku);
        var (_, order) = await shop.SendAsync(0, guest, HttpMethod.Post, "/api/checkout", Body(token), Guid.NewGuid().ToString());
        var id = order.GetProperty("id").GetGuid();
        var seen = token == "tok_challenge" ? "requires_action" : "declined";
        await Eventually.HoldsAsync($"the payment to be {seen}", async () => await PaymentStatusAsync(guest, id) == seen);
        Assert.Equal([(sku, 1)], await CartAsync(guest));

        // Two impatient clicks on two devices.
        var paid = await Task.WhenAll(Enumerable.Range(0, 2).Select(i =>
            shop.SendAsync(i, guest, HttpMethod.Post, $"/api/orders/{id}/payment", new { paymentToken = "tok_approve" })));

        Assert.Contains(paid, x => x.Status == 202);
        Assert.All(paid, x => Assert.True(x.Status is 202 or 409, $"{x.Status} {x.Body}"));
        await EndsPaidOnceAsync(guest, [order]);
    }

    [Fact]
    public async Task goods_whose_payment_was_declined_can_be_ordered_again_and_the_first_order_gives_way()
    {
        var sku = (await shop.SkusAsync(1))[0];
        var guest = await GuestAsync();
        await AddAsync(guest, sku);
        var (_, declined) =
            await shop.SendAsync(0, guest, HttpMethod.Post, "/api/checkout", Body("tok_decline_funds"), Guid.NewGuid().ToString());
        var id = declined.GetProperty("id").GetGuid();
        await Eventually.HoldsAsync("the decline", async () => await PaymentStatusAsync(guest, id) == "declined");

        var (status, again) = await shop.SendAsync(1, guest, HttpMethod.Post, "/api/checkout", Body(), Guid.NewGuid().ToString());

        Assert.Equal(201, status);
        await EndsPaidOnceAsync(guest, [again]);
        var (_, before) = await shop.SendAsync(0, guest, HttpMethod.Get, $"/api/orders/{id}");
        Assert.Equal(("cancelled", "replaced"), (before.GetProperty("status").GetString(), before.GetProperty("cancelReason").GetString()));
        (status, _) = await shop.SendAsync(0, guest, HttpMethod.Post, $"/api/orders/{id}/payment", new { paymentToken = "tok_approve" });
        Assert.Equal(409, status);
        Assert.Equal((1, 0, 0), await shop.Sandbox.TotalsAsync(id));
    }

    /// <summary>Puts one piece into the cart and orders it several times at once, on both processes.</summary>
    private async Task<(JsonElement Order, IReadOnlyList<JsonElement> Others)> RaceAsync(IReadOnlyList<string> devices, string sku)
    {
        await AddAsync(devices[0], sku);
        var answers = await Task.WhenAll(Enumerable.Range(0, Clicks).Select(i =>
            CheckOutAsync(i % 2, devices[i % devices.Count], Guid.NewGuid().ToString())));
        Assert.Equal("201 409 409 409",
            string.Join(' ', answers.Select(x => x.Status.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal)));
        return (answers.Single(x => x.Status == 201).Body, [.. answers.Where(x => x.Status == 409).Select(x => x.Body)]);
    }

    /// <summary>Checks that exactly these orders are not cancelled, that each is charged once, and that the cart is empty.</summary>
    private async Task EndsPaidOnceAsync(string token, IReadOnlyList<JsonElement> orders)
    {
        var (_, page) = await shop.SendAsync(0, token, HttpMethod.Get, "/api/orders?limit=100");
        var standing = page.GetProperty("items").EnumerateArray().Where(x => x.GetProperty("status").GetString() != "cancelled");
        Assert.Equal(orders.Select(x => x.GetProperty("id").GetGuid()).Order(),
            standing.Select(x => x.GetProperty("id").GetGuid()).Order());
        foreach (var order in orders)
        {
            var id = order.GetProperty("id").GetGuid();
            await Eventually.HoldsAsync($"order {id} to be confirmed", async () =>
                (await shop.SendAsync(0, token, HttpMethod.Get, $"/api/orders/{id}")).Body.GetProperty("status").GetString()
                    == "confirmed");
            var (_, captured, refunded) = await shop.Sandbox.TotalsAsync(id);
            Assert.Equal((order.GetProperty("total").GetProperty("amount").GetInt64(), 0), (captured, refunded));
        }

        await Eventually.HoldsAsync("the goods to leave the cart", async () => (await CartAsync(token)).Count == 0);
    }

    /// <summary>Sends the request again with its key while the answer asks for that.</summary>
    private async Task<(int Status, JsonElement Body)> CheckOutAsync(int process, string token, string key)
    {
        var answer = (Status: 0, Body: default(JsonElement));
        await Eventually.HoldsAsync("the checkout to be answered", async () =>
        {
            answer = await shop.SendAsync(process, token, HttpMethod.Post, "/api/checkout", Body(), key);
            return answer.Status is not (503 or 504)
                && !(answer.Status == 409 && answer.Body.GetProperty("code").GetString() == "idempotency.in_progress");
        });
        return answer;
    }

    private async Task ClickAsync(string token, int process, string key, TaskCompletionSource answered)
    {
        try
        {
            await shop.SendAsync(process, token, HttpMethod.Post, "/api/checkout", Body(), key);
            answered.TrySetResult();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // The process died before it answered.
        }
    }

    private async Task<string> GuestAsync() =>
        (await shop.SendAsync(0, null, HttpMethod.Post, "/api/auth/guest", new { })).Body.GetProperty("accessToken").GetString()!;

    /// <summary>Customers with two devices each.</summary>
    private async Task<IReadOnlyList<IReadOnlyList<string>>> CustomersAsync(int count)
    {
        List<IReadOnlyList<string>> customers = [];
        for (var i = 0; i < count; i++)
        {
            var (email, password) = ($"asha-{Guid.NewGuid():N}@example.com", $"a cart in Pune {Guid.NewGuid():N}");
            Assert.Equal(202,
                (await shop.SendAsync(0, null, HttpMethod.Post, "/api/auth/register", new { email, password, name = "Asha Rao" })).Status);
            List<string> devices = [];
            for (var device = 0; device < 2; device++)
            {
                var (_, signedIn) = await shop.SendAsync(device, null, HttpMethod.Post, "/api/auth/login", new { email, password });
                devices.Add(signedIn.GetProperty("accessToken").GetString()!);
            }

            customers.Add(devices);
        }

        return customers;
    }

    private async Task AddAsync(string token, string sku) =>
        Assert.Equal(200, (await shop.SendAsync(0, token, HttpMethod.Post, "/api/cart/items", new { sku, quantity = 1 })).Status);

    private async Task<IReadOnlyList<(string?, int)>> CartAsync(string token) =>
        [.. (await shop.SendAsync(1, token, HttpMethod.Get, "/api/cart")).Body.GetProperty("lines").EnumerateArray()
            .Select(x => (x.GetProperty("sku").GetString(), x.GetProperty("quantity").GetInt32()))];

    private async Task<string?> PaymentStatusAsync(string token, Guid id) =>
        (await shop.SendAsync(0, token, HttpMethod.Get, $"/api/orders/{id}")).Body.GetProperty("payment").GetProperty("status").GetString();
}
