using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features.Storefront;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.SignalR.Client;

namespace Aarya.Specs.Telemetry;

using Roles = Features.Roles;

/// <summary>
/// Runs the query of every panel on a live Prometheus that reads a shop of six processes with shoppers in it, its PostgreSQL and its Redis.
/// </summary>
public sealed class LiveDashboardsSpec
{
    private const string Sku = "KRT-DASHBOARDS";

    // What a healthy shop without replicas does not have.
    private static readonly string[] Empty =
    [
        "aarya-services: Firing alerts", "aarya-events: Firing alerts", "aarya-data: Firing alerts", "aarya-edge: Firing alerts",
        "aarya-money: Firing alerts", "aarya-services: Passwords refused", "aarya-services: Degraded searches",
        "aarya-services: Circuit of Elasticsearch", "aarya-edge: Certificate is valid for", LagOfPostgres, LagOfRedis,
    ];

    private const string LagOfPostgres = "aarya-data: Lag of PostgreSQL's replicas";
    private const string LagOfRedis = "aarya-data: Lag of Redis's replicas";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task every_panel_shows_numbers_and_only_those_that_must_be_empty_show_none()
    {
        Assert.Empty(Empty.Except(Dashboards.Panels.Select(x => x.Name)));
        await using var redis = await RedisServer.StartAsync("--maxmemory", "512mb");
        await using var shop = await StartShopAsync(redis);
        await using var ofRedis = Exporter.OfRedis(redis.AdminUrl);
        await using var ofPostgres = Exporter.OfPostgres($"{Environment.GetEnvironmentVariable("DATABASE_URL")}?sslmode=disable");
        await using var prometheus = await LivePrometheus.StartAsync(
            ("aarya", [.. shop.Roles.Select(x => shop.OperatorsOf(x))]), ("redis", [ofRedis.Url]), ("postgres", [ofPostgres.Url]));
        using var staff = await shop.StaffAsync("merchandiser", "support");
        var product = await staff.PublishKurtaAsync(Sku, stock: 10_000);
        await using var line = new HubConnectionBuilder().WithUrl(new Uri(shop.Url, StorefrontHub.Path)).Build();
        await line.StartAsync(Cancel);
        using var visitor = shop.Client();
        await OrderAsync(shop, "tok_decline_funds");
        await OrderAsync(shop, "tok_challenge");
        await RefundAsync(shop, staff, await OrderAsync(shop, "tok_approve"));

        // A panel that has had numbers is done: on a slow machine the windows of others may be empty meanwhile.
        var left = Dashboards.Panels.SelectMany(x => x.Queries.Select(y => (x.Name, Query: y))).ToList();
        IReadOnlyList<string> faults = [];
        await Eventually.HoldsAsync("all panels are as they must be", async () =>
        {
            await BrowseAsync(visitor, product);
            await OrderAsync(shop, "tok_approve");
            faults = await FaultsAsync(prometheus, left, Empty);
            left.RemoveAll(x => !Empty.Contains(x.Name) && !faults.Any(y => y.EndsWith($": {x.Query}", StringComparison.Ordinal)));
            return faults.Count == 0;
        }, instead: () => Task.FromResult(string.Join('\n', faults)));
    }

    [Fact]
    public async Task the_check_finds_a_query_that_fails_one_without_numbers_and_one_with_numbers_that_must_not_be()
    {
        await using var prometheus = await LivePrometheus.StartAsync();
        (string, string)[] queries =
        [
            ("good", "vector(1)"), ("empty as it must be", "aarya_made_up"), ("made up", "sum(rate(aarya_made_up[$__rate_interval]))"),
            ("no number", "vector(0) / 0"), ("not a query", "sum by service (up)"), ("not empty", "vector(2)"),
        ];

        var faults = await FaultsAsync(prometheus, queries, ["empty as it must be", "not empty"]);

        Assert.Equal(["made up", "no number", "not a query", "not empty"], faults.Select(x => x.Split(':')[0]));
        Assert.Contains("parse error", faults[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task the_lag_of_replicas_shows_when_there_are_some()
    {
        Assert.SkipWhen(SmallPostgres.Programs is null, "PostgreSQL is not installed here: this spec needs two of its own.");
        await using var redis = await RedisServer.StartAsync();
        await using var copy = await RedisServer.StartAsync();
        foreach (var (name, value) in new[] { ("masteruser", RedisServer.AdminLogin[0]), ("masterauth", RedisServer.AdminLogin[1]) })
            await copy.TellAsync("CONFIG", "SET", name, value);
        await copy.TellAsync("REPLICAOF", "127.0.0.1", redis.Port);
        await using var database = await SmallPostgres.StartAsync();
        await using var standby = await database.StartStandbyAsync();
        await using var ofRedis = Exporter.OfRedis(redis.AdminUrl);
        await using var ofPostgres = Exporter.OfPostgres(database.Url);
        await using var prometheus = await LivePrometheus.StartAsync(("redis", [ofRedis.Url]), ("postgres", [ofPostgres.Url]));
        var queries = Dashboards.Panels.Where(x => x.Name is LagOfPostgres or LagOfRedis)
            .SelectMany(x => x.Queries.Select(y => (x.Name, y))).ToList();
        Assert.Equal(2, queries.Count);

        IReadOnlyList<string> faults = [];
        await Eventually.HoldsAsync("both lags have numbers", async () =>
            (faults = await FaultsAsync(prometheus, queries, [])).Count == 0, instead: () => Task.FromResult(string.Join('\n', faults)));
    }

    /// <summary>What is wrong with the queries: an error, no finite number, or a series where there must be none.</summary>
    private static async Task<IReadOnlyList<string>> FaultsAsync(
        LivePrometheus prometheus, IEnumerable<(string Name, string Query)> queries, IReadOnlyCollection<string> empty)
    {
        List<string> faults = [];
        foreach (var (name, query) in queries)
        {
            var (numbers, error) = await prometheus.QueryAsync(Runnable(query));
            var fault = error is not null ? error
                : empty.Contains(name) ? (numbers.Count > 0 ? "must be empty, and is not" : null)
                : numbers.Any(double.IsFinite) ? null : "has no number";
            if (fault is not null) faults.Add($"{name}: {fault}: {query}");
        }

        return faults;
    }

    // Grafana's variables, for the time that a spec has.
    private static string Runnable(string query) => LivePrometheus.InSeconds(query)
        .Replace("$__rate_interval", "10s", StringComparison.Ordinal).Replace("$__range", "60s", StringComparison.Ordinal);

    private static async Task<SplitShop> StartShopAsync(RedisServer redis)
    {
        var shop = await SplitShop.StartAsync(redis);
        // The second request for the link of an order is refused, and of five requests at once some wait.
        (string, string)[] limits = [("AARYA_RATE_LIMIT", "100000"), ("AARYA_RATE_LIMIT_LOOKUP", "1"), ("AARYA_MAX_CONCURRENT", "4")];
        await Task.WhenAll(Roles.Contexts.Select(x => shop.StartRoleAsync(x)).Append(shop.StartRoleAsync(ActiveRoles.Gateway, limits)));
        return shop;
    }

    private static async Task BrowseAsync(HttpClient visitor, string product)
    {
        await Task.WhenAll(Enumerable.Range(1, 12).Select(x => GetAsync(visitor, $"/api/products?limit={x}")));
        foreach (var path in new[]
        {
            $"/api/products/{product}", "/api/search?q=kurta", "/api/search/suggest?q=kur", "/api/products/no-such-product", "/api/orders",
        }) await GetAsync(visitor, path);
        for (var i = 0; i < 2; i++)
        {
            using var lookup = await visitor.PostAsJsonAsync(
                "/api/orders/lookup", new { number = "AC-1", email = "guest@example.com" }, Cancel);
        }

        await SplitShop.SendAsync(visitor, HttpMethod.Post, "/api/analytics/events", new
        {
            events = new object[]
            {
                new { kind = "page_view", path = "/" }, new { kind = "search", query = "kurta", results = 1 },
                new { kind = "product_view", productId = product }, new { kind = "checkout_step", step = "payment" },
            },
        });
    }

    private static async Task GetAsync(HttpClient visitor, string path)
    {
        using var answer = await visitor.GetAsync(path, Cancel);
        Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError, $"{path}: {(int)answer.StatusCode}");
    }

    // Twice under one key, which is one order.
    private static async Task<Guid> OrderAsync(SplitShop shop, string paymentToken)
    {
        using var guest = await shop.GuestWithAsync(Sku);
        var key = $"{Guid.NewGuid():D}";
        await SplitShop.OrderAsync(guest, paymentToken, key);
        return (await SplitShop.OrderAsync(guest, paymentToken, key)).GetProperty("id").GetGuid();
    }

    private static async Task RefundAsync(SplitShop shop, HttpClient support, Guid order)
    {
        await Eventually.HoldsAsync("the order is confirmed", async () =>
            await shop.CountAsync($"commerce.mt_doc_order where id = '{order:D}' and data ->> 'status' = 'Confirmed'") == 1);
        support.DefaultRequestHeaders.Add("Idempotency-Key", "refund");
        await SplitShop.SendAsync(support, HttpMethod.Post, $"/api/admin/orders/{order:D}/refunds", new { reason = "too small" });
    }
}
