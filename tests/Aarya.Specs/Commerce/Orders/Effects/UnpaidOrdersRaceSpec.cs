using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Npgsql;

namespace Aarya.Specs.Commerce.Orders.Effects;

using Roles = Features.Roles;

/// <summary>Simultaneous checkouts on two processes do not exceed a limit together.</summary>
public sealed class UnpaidOrdersRaceSpec(ShopOfTwo shop) : IClassFixture<ShopOfTwo>
{
    private const int PerShopper = 5;
    private const int PerAddress = 40;

    private static object Body => new
    {
        shippingAddress = SampleAddresses.Bengaluru,
        shippingMethod = "standard",
        // The bank waits for an approval that never comes.
        paymentToken = "tok_challenge",
        email = "asha@example.com",
    };

    [Fact]
    public async Task a_shopper_who_checks_out_everywhere_at_once_has_five_unpaid_orders()
    {
        var skus = await shop.SkusAsync(20);
        var token = await GuestAsync();
        var answers = new ConcurrentBag<(int Status, string? Code)>();

        await Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            await shop.SendAsync(i % 2, token, HttpMethod.Post, "/api/cart/items", new { sku = skus[i % skus.Count], quantity = 1 });
            answers.Add(await CheckOutAsync((i + (i / 2)) % 2, token, "198.51.100.1"));
        });

        Assert.Equal(PerShopper, answers.Count(x => x.Status == 201));
        Assert.Contains((429, "checkout.too_many_unpaid"), answers);
        Assert.All(answers, x => Assert.True(x.Status is 201 or 409 or 429, $"{x}"));
        var (_, page) = await shop.SendAsync(0, token, HttpMethod.Get, "/api/orders?limit=100");
        Assert.Equal(PerShopper, page.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task many_guests_of_one_address_have_forty_unpaid_orders_and_one_of_another_is_not_held_up()
    {
        var skus = await shop.SkusAsync(20);
        var guests = new string[PerAddress + 8];
        for (var i = 0; i < guests.Length; i++)
        {
            guests[i] = await GuestAsync();
            await shop.SendAsync(i % 2, guests[i], HttpMethod.Post, "/api/cart/items", new { sku = skus[i % skus.Count], quantity = 1 });
        }

        var answers = new ConcurrentBag<(int Status, string? Code)>();

        await Parallel.ForAsync(0, guests.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            answers.Add(await CheckOutAsync(i % 2, guests[i], "198.51.100.2")));

        Assert.Equal(PerAddress, answers.Count(x => x.Status == 201));
        Assert.Equal(8, answers.Count(x => x == (429, "checkout.address_busy")));
        var refused = guests[0];
        await shop.SendAsync(0, refused, HttpMethod.Post, "/api/cart/items", new { sku = skus[0], quantity = 1 });
        Assert.Equal(201, (await CheckOutAsync(1, refused, "198.51.100.3")).Status);
    }

    [Fact]
    public async Task in_a_split_shop_the_address_is_the_client_s_and_not_the_gateway_s()
    {
        await using var split = await SplitShop.StartAsync();
        await split.StartRoleAsync(string.Join(',', Roles.Contexts), ("UNPAID_ORDERS_PER_ADDRESS", "2"));
        await split.StartRoleAsync(ActiveRoles.Gateway, ("AARYA_TRUSTED_PROXIES", "127.0.0.1"));
        var sku = await SellsAsync(split.SettingsOf(Roles.Commerce)["DATABASE_URL"]);
        using var client = split.Client();

        var statuses = new List<int>();
        string[] addresses =
            ["198.51.100.7", "198.51.100.7", "198.51.100.7", "198.51.100.8", "2001:db8::1", "2001:db8::2", "2001:db8::3"];
        foreach (var address in addresses)
        {
            var guest = await JsonAsync(client, null, address, "/api/auth/guest", new { });
            var token = guest.Body.GetProperty("accessToken").GetString();
            Assert.Equal(200, (await JsonAsync(client, token, address, "/api/cart/items", new { sku, quantity = 1 })).Status);
            statuses.Add((await JsonAsync(client, token, address, "/api/checkout", Body)).Status);
        }

        Assert.Equal([201, 201, 429, 201, 201, 201, 429], statuses);
    }

    private async Task<(int Status, string? Code)> CheckOutAsync(int process, string token, string from)
    {
        var (status, body, key) = (0, default(JsonElement), Guid.NewGuid().ToString());
        // Sends the request again with its key while the answer asks for that.
        await Eventually.HoldsAsync("the checkout to be answered", async () =>
        {
            (status, body) = await shop.SendAsync(process, token, HttpMethod.Post, "/api/checkout", Body, key, from);
            return status is not (503 or 504) && !(status == 409 && body.GetProperty("code").GetString() == "idempotency.in_progress");
        });
        return (status, body.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    private static async Task<string> SellsAsync(string database)
    {
        const string sku = "TEE-WHITE-M";
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            insert into commerce.variant (sku, product_id, slug, name, size, colour, price_minor, currency, image, published, hsn_code)
            values ('{sku}', gen_random_uuid(), 'tee', 'Linen tee', 'M', 'white', 50000, 'INR', '/tee.jpg', true, '62');
            insert into commerce.stock (sku, on_hand, reserved, sequence) values ('{sku}', 100, 0, 1)
            """, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return sku;
    }

    private async Task<string> GuestAsync() =>
        (await shop.SendAsync(0, null, HttpMethod.Post, "/api/auth/guest", new { })).Body.GetProperty("accessToken").GetString()!;

    private static async Task<(int Status, JsonElement Body)> JsonAsync(
        HttpClient client, string? token, string address, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-Forwarded-For", address);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }
}
