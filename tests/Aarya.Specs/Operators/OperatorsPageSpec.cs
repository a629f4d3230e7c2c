using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Features;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Operators;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using MetricsPage = Aarya.Specs.Telemetry.MetricsPage;

namespace Aarya.Specs.Operators;

using Roles = Features.Roles;

/// <summary>The operators' page, of a shop in one process and in six.</summary>
public sealed partial class OperatorsPageSpec
{
    private static readonly string[] Six = [ActiveRoles.Gateway, .. Roles.Contexts];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string[]> Modes => new([ActiveRoles.All], Six);

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task every_process_shows_what_all_of_them_did(string[] roles)
    {
        await using var shop = await SplitShop.StartAsync(roles);
        using var staff = await shop.StaffAsync("merchandiser");
        await staff.PublishKurtaAsync("KRT-OPS");
        using var guest = await shop.GuestWithAsync("KRT-OPS");
        await SplitShop.OrderAsync(guest, "tok_pending", "ops");
        using var unknown = await guest.GetAsync("/api/products/no-such-product", Cancel);

        foreach (var role in roles)
        {
            var hour = await HoldsAsync(shop, role, "what was done shows", x =>
                Processes(x).Count == roles.Length && Processes(x).All(y => State(y) == "sampled")
                && Sum(x, "Shop", "Checkouts", "2xx") > 0 && Sum(x, "Edge", "Requests", "4xx") > 0
                && Highest(x, "Shop", "Checkout latency", "p99") > 0
                && Highest(x, "Shop", "Open orders", "confirmed") == 1 && Figure(x, "Unpaid orders") == 0
                && Sum(x, "Services", "Requests per service", "commerce") > 0
                && Highest(x, "Data", "Connections to PostgreSQL", "idle") > 0 && Sum(x, "Data", "Commands to Redis", "ok") > 0
                && Services(x).Count == Six.Length && Services(x).All(y => y.GetProperty("isUp").GetBoolean()));
            Assert.True(hour.GetProperty("isComplete").GetBoolean());
            Assert.Equal(roles.Length, Lines(hour, "Services", "Memory").Count());
            Assert.DoesNotContain("guest@example.com", hour.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task the_hour_outlives_a_process_and_names_it_when_it_has_ended()
    {
        await using var shop = await SplitShop.StartAsync(Six);
        using var visitor = shop.Client();
        for (var i = 0; i < 30; i++)
        {
            using var answer = await visitor.GetAsync("/api/search?q=kurta", Cancel);
        }

        await HoldsAsync(shop, "core", "the searches", x => Sum(x, "Services", "Requests per service", "search") > 0);

        var ended = shop.OperatorsOf("search").Port;
        await shop.Role("search").KillAsync();
        var hour = await HoldsAsync(shop, "core", "search is down", x =>
            Services(x).Single(y => y.GetProperty("name").GetString() == "search").GetProperty("isUp").ValueKind == JsonValueKind.False);
        Assert.True(Sum(hour, "Services", "Requests per service", "search") > 0);
        Assert.Contains(Processes(hour), x => x.GetProperty("port").GetInt32() == ended);

        // The next process of the role at the same address goes on with the hour.
        await shop.Role(ActiveRoles.Gateway).KillAsync();
        await shop.StartRoleAsync(ActiveRoles.Gateway, ("AARYA_METRICS_URL", shop.OperatorsOf(ActiveRoles.Gateway).ToString()));
        hour = await HoldsAsync(shop, ActiveRoles.Gateway, "the requests of before", x => Sum(x, "Edge", "Requests", "2xx") >= 1);
        Assert.Equal(Six.Length, Processes(hour).Count);
    }

    [Fact]
    public async Task without_redis_a_process_shows_itself_and_sends_later_what_the_others_missed()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var shop = await SplitShop.StartAsync(redis, ActiveRoles.All);
        await HoldsAsync(shop, ActiveRoles.All, "a first sample", x => Known(x) > 0);

        await redis.KillAsync();
        var without = await HoldsAsync(shop, ActiveRoles.All, "only this process", x => !x.GetProperty("isComplete").GetBoolean());
        var before = Known(without);
        without = await HoldsAsync(shop, ActiveRoles.All, "more samples", x => Known(x) > before);
        Assert.Single(Processes(without));
        var missed = Slots(without);

        await redis.StartAgainAsync();
        await HoldsAsync(shop, ActiveRoles.All, "Redis answers again", x => x.GetProperty("isComplete").GetBoolean());
        // The next process knows them only from Redis, each in the place of its slot.
        await Eventually.HoldsAsync("what was missed is in Redis", async () => missed.IsSubsetOf(await SlotsAsync(redis)));

        await redis.TellAsync("FLUSHALL");
        await Eventually.HoldsAsync("what Redis has lost is there again", async () => missed.IsSubsetOf(await SlotsAsync(redis)));
    }

    [Fact]
    public async Task a_process_that_stops_says_so_and_its_hour_stays()
    {
        await using var shop = await SplitShop.StartAsync(ActiveRoles.Gateway, "core");
        using var visitor = shop.Client();
        await SplitShop.SendAsync(visitor, HttpMethod.Post, "/api/auth/guest");
        await HoldsAsync(shop, "core", "the request", x => Sum(x, "Edge", "Requests", "2xx") > 0);

        await shop.Role(ActiveRoles.Gateway).StopAsync();

        var hour = await HoldsAsync(shop, "core", "the gateway has ended", x => Processes(x).Any(y => State(y) == "ended"));
        Assert.True(Sum(hour, "Edge", "Requests", "2xx") > 0);
        Assert.DoesNotContain(Processes(hour), x => State(x) == "silent");
    }

    [Fact]
    public async Task the_page_needs_nothing_from_elsewhere_and_shoppers_do_not_get_it()
    {
        await using var shop = await SplitShop.StartAsync(ActiveRoles.All);
        using var operators = new HttpClient { BaseAddress = shop.OperatorsOf(ActiveRoles.All) };
        using var page = await operators.GetAsync("/", Cancel);
        Assert.Equal("/ops", page.RequestMessage!.RequestUri!.AbsolutePath);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);

        var html = await page.Content.ReadAsStringAsync(Cancel);
        var links = Links().Matches(html).Select(x => x.Groups[1].Value).ToList();
        Assert.True(links.Count > 4);
        foreach (var link in links)
        {
            Assert.StartsWith("/", link, StringComparison.Ordinal);
            using var part = await operators.GetAsync(link, Cancel);
            Assert.Equal(HttpStatusCode.OK, part.StatusCode);
            if (part.Headers.ETag is not { } tag) continue;
            using var again = new HttpRequestMessage(HttpMethod.Get, link) { Headers = { IfNoneMatch = { tag } } };
            using var unchanged = await operators.SendAsync(again, Cancel);
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        }

        using var shopper = shop.Client();
        foreach (var path in new[] { "/ops", "/ops/data", "/ops/page.js" })
        {
            using var outside = await shopper.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
        }

        // A name that another site has given the address of this server.
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/ops/data") { Headers = { Host = "shop.example" } };
        using var refused = await operators.SendAsync(rebound, Cancel);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
        using var named = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = "shop.example" } };
        using var metrics = await operators.SendAsync(named, Cancel);
        Assert.Equal(HttpStatusCode.OK, metrics.StatusCode);
        using var written = await operators.PostAsync("/ops", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, written.StatusCode);
    }

    [Fact]
    public void every_measure_is_of_a_metric_that_the_program_shows()
    {
        var measures = new KnownMeasures(Features.Modules.All.Select(x => x.OperatorsView));
        List<Measure> used =
            [.. measures.Figures.Select(x => x.Measure), .. measures.Charts.SelectMany(x => x.Series).Select(x => x.Measure)];
        Assert.Equal(used.Select(x => x.Described).Distinct().Count(), used.Select(x => x.SampleName).Distinct().Count());
        Assert.All(used, x =>
        {
            var name = x.Metric.EndsWith("_seconds_count", StringComparison.Ordinal) ? x.Metric[..^"_count".Length] : x.Metric;
            Assert.True(MetricsPage.Metrics.TryGetValue(name, out var metric), $"docs/metrics.md does not have {name}.");
            Assert.Equal(x.Kind switch
            {
                MeasureKind.Quantile => "histogram",
                MeasureKind.Rate when name != x.Metric => "histogram",
                MeasureKind.Rate => "counter",
                _ => "gauge",
            }, metric.Kind);
            Assert.All(x.Filter.Select(y => y.Label).Append(x.Label).OfType<string>(), y => Assert.Contains(y, metric.Labels));
        });
    }

    private static async Task<JsonElement> HoldsAsync(SplitShop shop, string role, string what, Func<JsonElement, bool> holds)
    {
        using var operators = new HttpClient { BaseAddress = shop.OperatorsOf(role) };
        JsonElement hour = default;
        await Eventually.HoldsAsync(what, async () =>
        {
            hour = await operators.GetFromJsonAsync<JsonElement>("/ops/data", Cancel);
            return holds(hour);
        }, instead: () => Task.FromResult(hour.ToString()));
        return hour;
    }

    private static async Task<HashSet<long>> SlotsAsync(RedisServer redis)
    {
        var processes = await redis.Database.HashGetAllAsync("metrics:{0}:ops");
        if (processes.Length == 0) return [];
        var samples = await redis.Database.HashGetAllAsync($"metrics:{{0}}:ops:{processes[0].Name}");
        return
        [
            .. samples.Select(x => (Place: (long)x.Name, Sample.Read(x.Value!)!.Slot)).Where(x => x.Slot % Sample.Kept == x.Place)
                .Select(x => x.Slot),
        ];
    }

    private static HashSet<long> Slots(JsonElement hour)
    {
        var first = Sample.SlotOf(hour.GetProperty("from").GetDateTimeOffset());
        return [.. Lines(hour, "Edge", "Requests").First().Values.Index().Where(x => x.Item is not null).Select(x => first + x.Index)];
    }

    private static string State(JsonElement process) => process.GetProperty("state").GetString()!;

    private static List<JsonElement> Processes(JsonElement hour) => [.. hour.GetProperty("processes").EnumerateArray()];

    private static List<JsonElement> Services(JsonElement hour) =>
        [.. hour.GetProperty("services").EnumerateArray().Where(x => x.TryGetProperty("isUp", out _))];

    private static double? Figure(JsonElement hour, string title)
    {
        var figure = hour.GetProperty("figures").EnumerateArray().Single(x => x.GetProperty("title").GetString() == title);
        return figure.TryGetProperty("value", out var value) ? value.GetDouble() : null;
    }

    private static IEnumerable<(string Name, IReadOnlyList<double?> Values)> Lines(JsonElement hour, string group, string title) =>
        hour.GetProperty("charts").EnumerateArray()
            .Single(x => x.GetProperty("group").GetString() == group && x.GetProperty("title").GetString() == title)
            .GetProperty("lines").EnumerateArray()
            .Select(x => (x.GetProperty("name").GetString()!, (IReadOnlyList<double?>)x.GetProperty("values").Deserialize<double?[]>()!));

    private static double Sum(JsonElement hour, string group, string title, string line) =>
        Lines(hour, group, title).Where(x => x.Name == line).SelectMany(x => x.Values).Sum() ?? 0;

    private static double Highest(JsonElement hour, string group, string title, string line) =>
        Lines(hour, group, title).Where(x => x.Name == line).SelectMany(x => x.Values).Max() ?? 0;

    // How many samples of this hour there are.
    private static int Known(JsonElement hour) => Lines(hour, "Edge", "Requests").First().Values.Count(x => x is not null);

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Links();
}
