using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Redis;

using Roles = Features.Roles;

/// <summary>The whole shop in six processes at a real Redis Cluster of three nodes, with its keys in 16 buckets.</summary>
public sealed partial class ClusterSpec
{
    private const int Buckets = 16;
    private const int Shoppers = 32;
    private const int PerSku = 40;
    private const string Password = "a long way to Mumbai";

    // Enough batches that each of the 16 parts gets some.
    private const int Batches = 120;
    private const int EventsPerBatch = 3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task carts_sessions_streams_and_scripts_work_while_slots_move_and_a_node_is_killed()
    {
        var cluster = await RedisCluster.StartAsync();
        await using var shop = await SplitShop.StartAsync(cluster, Buckets, [ActiveRoles.Gateway, .. Roles.Contexts]);
        using var staff = await shop.StaffAsync("merchandiser", "admin");
        string[] skus = ["KRT-CLUSTER-1", "KRT-CLUSTER-2", "KRT-CLUSTER-3"];
        foreach (var sku in skus) await staff.PublishKurtaAsync(sku, PerSku);
        await Eventually.HoldsAsync("the products in the index", async () => await shop.CountAsync("search.product") == skus.Length);

        // A third of the shoppers each: on the whole cluster, while slots move, and while one node is killed and starts again.
        await BuyAsync(0);
        await Task.WhenAll(BuyAsync(1), MoveBucketsAsync(cluster));
        await Task.WhenAll(BuyAsync(2), RestartAsync(cluster.Nodes[1]));

        await VisitAsync(shop);
        await ReconcileAsync(shop, staff, skus);
        await SpreadAsync(cluster);

        Task BuyAsync(int third) => Parallel.ForAsync(Shoppers * third / 3, Shoppers * (third + 1) / 3,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel },
            async (i, _) => await ShopAsync(shop, i, skus));
    }

    /// <summary>
    /// A guest fills a cart, signs in, and buys what the guest had put into it. Then the customer signs in on a second device, and ends the
    /// session of the first one, or all sessions.
    /// </summary>
    private static async Task ShopAsync(SplitShop shop, int number, string[] skus)
    {
        using var shopper = shop.Client();
        var guest = await AgainAsync(shopper, HttpMethod.Post, "/api/auth/guest");
        SignIn(shopper, guest);
        for (var i = 0; i < 2; i++)
            await AgainAsync(shopper, HttpMethod.Post, "/api/cart/items", new { sku = skus[(number + i) % 3], quantity = 1 }, $"line-{i}");
        var email = $"cluster-{number.ToString(CultureInfo.InvariantCulture)}@example.com";
        await AgainAsync(shopper, HttpMethod.Post, "/api/auth/register", new { name = "Asha Rao", email, password = Password });
        var first = await AgainAsync(shopper, HttpMethod.Post, "/api/auth/login", new { email, password = Password });
        SignIn(shopper, first);
        await Eventually.HoldsAsync("the guest's cart has become the customer's", async () =>
            (await AgainAsync(shopper, HttpMethod.Get, "/api/cart")).GetProperty("lines").GetArrayLength() == 2);
        var order = await AgainAsync(shopper, HttpMethod.Post, "/api/checkout", new
        {
            shippingAddress = SampleAddresses.Bengaluru,
            shippingMethod = "standard",
            paymentToken = "tok_approve",
            email,
        }, $"order-{number}");
        var id = order.GetProperty("id").GetString();
        await Eventually.HoldsAsync("the order is confirmed", async () =>
            (await AgainAsync(shopper, HttpMethod.Get, $"/api/orders/{id}")).GetProperty("status").GetString() == "confirmed");
        await Eventually.HoldsAsync("the goods have left the cart", async () =>
            (await AgainAsync(shopper, HttpMethod.Get, "/api/cart")).GetProperty("lines").GetArrayLength() == 0);

        using var phone = shop.Client();
        var second = await AgainAsync(phone, HttpMethod.Post, "/api/auth/login", new { email, password = Password });
        SignIn(phone, second);
        var sessions = (await AgainAsync(phone, HttpMethod.Get, "/api/sessions")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, sessions.Count);
        var other = sessions.Single(x => !x.GetProperty("current").GetBoolean()).GetProperty("id").GetString();
        // Some end the session of the first device, some all of theirs.
        await AgainAsync(phone, HttpMethod.Delete, number % 4 == 0 ? "/api/sessions" : $"/api/sessions/{other}", expected: 204);
        var refreshed = new { refreshToken = first.GetProperty("refreshToken").GetString() };
        await AgainAsync(shopper, HttpMethod.Post, "/api/auth/refresh", refreshed, expected: 401);
    }

    private static void SignIn(HttpClient client, JsonElement tokens) =>
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.GetProperty("accessToken").GetString());

    /// <summary>Sends a request until it is not answered with 503, but with a success, or with the expected status.</summary>
    private static async Task<JsonElement> AgainAsync(
        HttpClient client, HttpMethod method, string path, object? body = null, string? key = null, int? expected = null)
    {
        JsonElement answer = default;
        await Eventually.HoldsAsync($"{method} {path} is answered", async () =>
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null) request.Content = JsonContent.Create(body);
            if (key is not null) request.Headers.Add("Idempotency-Key", key);
            using var sent = await client.SendAsync(request, Cancel);
            var text = await sent.Content.ReadAsStringAsync(Cancel);
            if ((int)sent.StatusCode == 503) return false;
            var isExpected = expected is { } status ? (int)sent.StatusCode == status : sent.IsSuccessStatusCode;
            Assert.True(isExpected, $"{method} {path}: {(int)sent.StatusCode} {text}");
            answer = text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
            return true;
        });
        return answer;
    }

    // Four buckets move to the next node.
    private static async Task MoveBucketsAsync(RedisCluster cluster)
    {
        foreach (var bucket in new[] { 0, 5, 9, 14 })
        {
            var slot = (int)await cluster.Nodes[0].TellAsync("CLUSTER", "KEYSLOT", Tag(bucket));
            var from = slot * 3 / 16_384;
            await cluster.MoveSlotAsync(slot, cluster.Nodes[from], cluster.Nodes[(from + 1) % 3]);
        }
    }

    private static string Tag(int bucket) => string.Create(CultureInfo.InvariantCulture, $"{{{bucket}}}");

    private static async Task RestartAsync(RedisServer node)
    {
        await node.KillAsync();
        await node.StartAgainAsync();
    }

    private static async Task VisitAsync(SplitShop shop)
    {
        using var visitor = shop.Client();
        await Parallel.ForAsync(0, Batches, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (_, _) =>
        {
            var view = new { kind = "page_view", path = "/sale" };
            using var sent = await visitor.PostAsJsonAsync(
                "/api/analytics/events", new { events = Enumerable.Repeat(view, EventsPerBatch) }, Cancel);
            Assert.Equal(202, (int)sent.StatusCode);
        });
    }

    private static async Task ReconcileAsync(SplitShop shop, HttpClient staff, string[] skus)
    {
        // Every event was counted once: of visitors, of carts, and of orders.
        foreach (var (kind, count) in new[]
        {
            ("page_view", Batches * EventsPerBatch), ("add_to_cart", Shoppers * 2), ("purchase", Shoppers),
        })
        {
            await Eventually.HoldsAsync($"{count} times {kind}", async () => await CountedAsync(shop, kind) == count,
                instead: async () => $"{await CountedAsync(shop, kind)}");
        }

        Assert.Equal(Shoppers, await shop.CountAsync("commerce.mt_doc_order where data ->> 'status' = 'Confirmed'"));
        Assert.Equal(Shoppers, await shop.CountAsync("commerce.mt_doc_order"));
        await Eventually.HoldsAsync("one confirmation per order", async () =>
            await shop.CountAsync("content.mt_doc_emailmessage where data ->> 'kind' ilike '%confirmed%'") == Shoppers);
        // What was delivered is sold, or still there.
        Assert.Equal(skus.Length, await shop.CountAsync("commerce.stock where on_hand >= 0 and reserved = 0"));
        Assert.Equal(1, await shop.CountAsync(
            $"(select sum(on_hand) as left from commerce.stock) as all_stock where \"left\" = {(PerSku * skus.Length) - (Shoppers * 2)}"));
        foreach (var context in Roles.Contexts)
        {
            await Eventually.HoldsAsync($"{context} has sent all", async () =>
                await shop.CountAsync($"{context}.wolverine_outgoing_envelopes") == 0);
            Assert.Equal(0, await shop.CountAsync($"{context}.wolverine_dead_letters"));
        }

        // The parts of a divided stream are shown as one.
        var streams = (await SplitShop.SendAsync(staff, HttpMethod.Get, "/api/admin/streams")).GetProperty("items").EnumerateArray()
            .ToDictionary(x => x.GetProperty("name").GetString()!);
        Assert.Equal(Features.Streams.All.Select(x => x.Name).Order(), streams.Keys.Order());
        var analytics = streams[Features.Streams.Analytics];
        Assert.True(analytics.GetProperty("length").GetInt64() >= Batches, $"{analytics}");
        Assert.Equal("compactor", Assert.Single(analytics.GetProperty("groups").EnumerateArray()).GetProperty("name").GetString());
    }

    private static async Task<long> CountedAsync(SplitShop shop, string kind) => await shop.CountAsync(
        $"(select generate_series(1, sum(count)::int) from content.analytics_day where kind = '{kind}' and subject = '') as counted");

    // Every bucket has keys of shoppers, every node some of the buckets, and no key is outside of them.
    private static async Task SpreadAsync(RedisCluster cluster)
    {
        var nodes = await cluster.KeysAsync();
        foreach (var keys in nodes)
        {
            Assert.Contains(keys, x => x.StartsWith("session:", StringComparison.Ordinal));
            Assert.Contains(keys, x => x.EndsWith("}:analytics", StringComparison.Ordinal));
        }

        var all = nodes.SelectMany(x => x).ToList();
        Assert.All(all.Where(x => !x.StartsWith("cache:", StringComparison.Ordinal)), x => Assert.Matches(Pattern(), x));
        // The move of keys knows the name of each of them: those that are in their bucket keep it.
        var divided = Features.Streams.All.Where(x => x.IsCounted).Select(x => x.Name).ToHashSet();
        Assert.All(all, x => Assert.Equal(x, KeyMove.Renamed(x, new(Buckets), divided) is { } renamed ? $"{renamed}" : x));
        var ofShoppers = all.Where(x => !x.StartsWith("stream:", StringComparison.Ordinal)).Select(x => Pattern().Match(x))
            .Where(x => x.Success).Select(x => x.Groups["tag"].Value);
        Assert.Equal(Enumerable.Range(0, Buckets).Select(Tag).Order(), ofShoppers.Distinct().Order());
        // The order of a stream's entries is the order of its events: only what is counted is divided.
        Assert.Single(all, x => x.EndsWith(":order_events", StringComparison.Ordinal));
    }

    [GeneratedRegex("^[a-z]+:(?<tag>\\{[0-9]+\\}):")]
    private static partial Regex Pattern();
}
