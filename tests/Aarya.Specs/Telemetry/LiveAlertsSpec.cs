using System.Globalization;
using System.Text.RegularExpressions;
using Aarya.Features;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using StackExchange.Redis;
using Wolverine;

namespace Aarya.Specs.Telemetry;

using Roles = Features.Roles;

/// <summary>
/// Alerts that a live Prometheus fires because of a real failure. A minute of their rules is a second here; what they compare is the same.
/// </summary>
public sealed partial class LiveAlertsSpec
{
    private const int BeyondLag = 10_050;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_role_that_ends_fires_the_alerts_of_its_errors_of_its_absence_and_of_its_lag()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var shop = await SplitShop.StartAsync(redis, [.. Roles.Contexts]);
        // A gateway that soon stops waiting for a context.
        await shop.StartRoleAsync(ActiveRoles.Gateway, ("AARYA_DIAL_SECONDS", "1"));
        await using var prometheus = await LivePrometheus.StartAsync(("aarya", [.. shop.Roles.Select(x => shop.OperatorsOf(x))]));
        await Eventually.HoldsAsync("all are up", () => prometheus.IsTrueAsync("sum(service_health_status == 1) >= 6"));
        await Eventually.HoldsAsync("nothing fires", async () => (await prometheus.FiringAsync()).Count == 0,
            instead: async () => string.Join(", ", await prometheus.FiringAsync()));

        await shop.Role("search").KillAsync();
        using var visitor = shop.Client();
        await Eventually.HoldsAsync("the errors, the absence", async () =>
        {
            using var refused = await visitor.GetAsync("/api/search?q=kurta", Cancel);
            using var served = await visitor.GetAsync("/api/products", Cancel);
            var firing = await prometheus.FiringAsync();
            return firing.Contains("HighErrorRate gateway") && firing.Contains("RoleDown search")
                && firing.Any(x => x.StartsWith("ProcessGone", StringComparison.Ordinal));
        }, instead: async () => string.Join(", ", await prometheus.FiringAsync()));

        // Events that no reader of this stream handles: the groups pass over them.
        var stream = RedisKeys.OfOneBucket.Stream(Streams.Products);
        await Task.WhenAll(Enumerable.Range(0, BeyondLag).Select(_ => redis.Database.StreamAddAsync(stream,
            EntryFields.Write(
                new Envelope { Id = Guid.NewGuid(), GroupId = "x", Data = "{}"u8.ToArray() }, "core.language_chosen.v1", trace: null))));
        await Eventually.HoldsAsync("the lag", async () =>
            (await prometheus.FiringAsync()).Contains("StreamConsumerLagHigh search product_events"),
            instead: async () => string.Join(", ", await prometheus.FiringAsync()));

        await shop.StartRoleAsync("search", ("AARYA_METRICS_URL", shop.OperatorsOf("search").ToString()));
        await Eventually.HoldsAsync("all alerts end", async () => (await prometheus.FiringAsync()).Count == 0,
            instead: async () => string.Join(", ", await prometheus.FiringAsync()));
    }

    [Fact]
    public async Task a_redis_that_fills_and_a_database_without_connections_fire_theirs()
    {
        Assert.SkipWhen(SmallPostgres.Programs is null, "PostgreSQL is not installed here: this spec needs one of its own.");
        await using var redis = await RedisServer.StartAsync();
        await using var database = await SmallPostgres.StartAsync();
        await using var ofRedis = Exporter.OfRedis(redis.AdminUrl);
        await using var ofPostgres = Exporter.OfPostgres(database.Url);
        await using var prometheus = await LivePrometheus.StartAsync(("redis", [ofRedis.Url]), ("postgres", [ofPostgres.Url]));
        // Redis has no limit at first, which is no alarm.
        await Eventually.HoldsAsync("both are read", () =>
            prometheus.IsTrueAsync("count(redis_memory_used_bytes) + count(pg_settings_max_connections) == 2"));
        Assert.DoesNotContain(await prometheus.FiringAsync(), x => x.StartsWith("RedisMemoryHigh", StringComparison.Ordinal));

        var memory = (await redis.TellAsync("INFO", "memory")).ToString();
        var used = long.Parse(UsedMemory().Match(memory).Groups[1].Value, CultureInfo.InvariantCulture);
        await redis.TellAsync("CONFIG", "SET", "maxmemory", used + (used / 10));
        List<Npgsql.NpgsqlConnection> held = [];
        for (var i = 0; i < SmallPostgres.MostConnections - 2; i++) held.Add(await database.ConnectAsync());

        await Eventually.HoldsAsync("both fire", async () =>
            (await prometheus.FiringAsync()).Select(x => x.Split(' ')[0]).ToHashSet()
                .IsSupersetOf(["RedisMemoryHigh", "DatabaseConnectionPoolExhausted"]),
            instead: async () => string.Join(", ", await prometheus.FiringAsync()));

        foreach (var connection in held) await connection.DisposeAsync();
        await redis.TellAsync("CONFIG", "SET", "maxmemory", used * 10);
        await Eventually.HoldsAsync("both end", async () => !(await prometheus.FiringAsync()).Select(x => x.Split(' ')[0])
            .Intersect(["RedisMemoryHigh", "DatabaseConnectionPoolExhausted"]).Any());
    }

    [GeneratedRegex("used_memory:([0-9]+)")]
    private static partial Regex UsedMemory();
}
