using System.Diagnostics;
using System.Globalization;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;

namespace Aarya.Bench.EventStreams;

/// <summary>
/// Measures the memory of each stream at its cap with the entries that the shop writes, and of the shop and its Redis while an hour of
/// analytics at the cap of that stream is counted.
/// </summary>
internal static class StreamMemory
{
    private const int AimMegabytes = 256;

    // A page sends what its visitor did on it.
    private const int EventsPerPage = 5;

    public static async Task<FigureReport> RunAsync(Shop shop)
    {
        var visits = await Visits.OfAsync(shop);
        await using var shopRedis = BenchRedis.Of(shop);
        var typical = await TypicalEntries.RecordAsync(shop, shopRedis);
        var (streams, total, empty) = await FullAsync(visits, typical);
        var hour = await HourAsync(shop, shopRedis, visits);
        return new("streams-memory: every stream at its cap", [.. streams, total, empty, .. hour],
            [.. Features.Streams.All.Where(x => !x.IsCounted).Select(x => $"{x.Name} has {typical.Mixture(x.Name)}")]);
    }

    private static async Task<(IReadOnlyList<Figure> Streams, Figure Total, Figure Empty)> FullAsync(Visits visits, TypicalEntries typical)
    {
        await using var redis = await BenchRedis.StartAsync();
        var empty = await redis.UsedAsync();
        List<Figure> streams = [];
        foreach (var policy in Features.Streams.All)
        {
            if (policy.IsCounted) await CompactionRate.FillAsync(redis, visits, EventsPerPage);
            else await typical.FillAsync(redis.Database, policy.Name, policy.Cap, TimeSpan.FromHours(policy.Hours));
            foreach (var reader in Features.Roles.Contexts)
                await redis.Database.StreamCreateConsumerGroupAsync(RedisKeys.OfOneBucket.Stream(policy.Name), reader, "$");
            var entries = (await redis.LengthAsync(policy.Name)).ToString("#,0", CultureInfo.InvariantCulture);
            streams.Add(new($"{policy.Name}, {entries} entries", await redis.MegabytesAsync(policy.Name), "MB"));
        }

        var total = new Figure("Redis with all of them", await redis.UsedAsync(), "MB", AimMegabytes);
        return (streams, total, new("of that without them", empty, "MB"));
    }

    /// <summary>Sends as many entries as the stream keeps of an hour, as fast as the shop counts them.</summary>
    private static async Task<IEnumerable<Figure>> HourAsync(Shop shop, BenchRedis redis, Visits visits)
    {
        await redis.CountedAsync(shop);
        var policy = Features.Streams.All.Single(x => x.IsCounted);
        using var ended = new CancellationTokenSource();
        var (usedBefore, lostBefore, meter) = (await redis.UsedAsync(), await redis.LostAsync(), new Meter(shop.ProcessId));
        var before = meter.Look().Megabytes;
        var watching = WatchAsync(redis, meter, ended.Token);
        var watch = Stopwatch.StartNew();
        for (var sent = 0; sent < policy.Cap; sent += 1_000)
        {
            var first = sent;
            await Task.WhenAll(Enumerable.Range(first, 1_000)
                .Select(x => redis.Visitors.AddAsync(visits.Next(EventsPerPage), Visits.AddressOf(x))));
            await Waiting.UntilAsync("the stream has room", TimeSpan.FromMinutes(5), async () =>
                await redis.MegabytesAsync(policy.Name) <= policy.Megabytes * 0.75);
        }

        await redis.CountedAsync(shop);
        var seconds = watch.Elapsed.TotalSeconds;
        await ended.CancelAsync();
        var (most, mostUsed) = await watching;
        return
        [
            new("an hour of analytics at its cap: its entries", policy.Cap, ""),
            new("an hour of analytics at its cap: its events", policy.Cap * EventsPerPage, ""),
            new("an hour of analytics at its cap: counted in", seconds, "s"),
            new("an hour of analytics at its cap: events left out", await redis.LostAsync() - lostBefore, "", 1),
            new("the shop's Redis before", usedBefore, "MB"),
            new("the shop's Redis at most", mostUsed, "MB", AimMegabytes),
            new("the shop's Redis afterwards", await redis.UsedAsync(), "MB"),
            new("the shop's process before", before, "MB"),
            new("the shop's process at most", most, "MB"),
            new("the shop's process afterwards", meter.Look().Megabytes, "MB"),
        ];
    }

    private static async Task<(double Process, double Redis)> WatchAsync(BenchRedis redis, Meter meter, CancellationToken ended)
    {
        var (process, used) = (0.0, 0.0);
        while (!ended.IsCancellationRequested)
        {
            (process, used) = (Math.Max(process, meter.Look().Megabytes), Math.Max(used, await redis.UsedAsync()));
            await Task.Delay(250, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (process, used);
    }
}
