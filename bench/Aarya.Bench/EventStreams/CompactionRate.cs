using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Bench.EventStreams;

/// <summary>
/// Measures how fast the command <c>compact</c> counts a full stream of analytics, and archives a full stream of orders, while the shop
/// stands. The rate is that of all batches after the first, from position to position, so that the start of the program does not count.
/// </summary>
internal static class CompactionRate
{
    private const int AimPerSecond = 50_000;
    private const int EventsPerBatch = 50;

    // Filling a stream takes longer than compacting it.
    private static readonly int Rounds = Math.Min(Turns.Rounds, 3);

    public static async Task<FigureReport> RunAsync(Shop shop)
    {
        var visits = await Visits.OfAsync(shop);
        await using var shopRedis = BenchRedis.Of(shop);
        var typical = await TypicalEntries.RecordAsync(shop, shopRedis);
        await shop.StopAsync();
        List<double> batches = [], single = [], archived = [];
        for (var round = 0; round < Rounds; round++)
        {
            batches.Add(await CountAsync(shop, visits, EventsPerBatch));
            single.Add(await CountAsync(shop, visits, 1));
            archived.Add(await ArchiveAsync(shop, typical));
        }

        return new("compaction of full streams",
            [
                new("events counted, sent in batches of 50", Quantile.Median(batches), "/s", AimPerSecond, IsLeast: true),
                new("events counted, sent one by one", Quantile.Median(single), "/s", AimPerSecond, IsLeast: true),
                new("events of orders archived", Quantile.Median(archived), "/s"),
            ],
            [$"medians of {Rounds} rounds; order_events has {typical.Mixture(Features.Streams.Orders)}"]);
    }

    private static async Task<double> CountAsync(Shop shop, Visits visits, int eventsPerBatch)
    {
        await using var redis = await BenchRedis.StartAsync();
        var events = await FillAsync(redis, visits, eventsPerBatch);
        var (perSecond, entries) = await CompactAsync(shop, redis, Features.Streams.Analytics);
        return perSecond * events / entries;
    }

    /// <summary>Adds batches of events until the stream has used up its memory or has as many entries as it keeps.</summary>
    /// <returns>How many events are in the stream.</returns>
    internal static async Task<int> FillAsync(BenchRedis redis, Visits visits, int eventsPerBatch)
    {
        var cap = Features.Streams.All.Single(x => x.IsCounted).Cap;
        var batches = 0;
        while (await redis.LostAsync() == 0 && await redis.LengthAsync(Features.Streams.Analytics) < cap)
        {
            var first = batches;
            await Task.WhenAll(Enumerable.Range(first, 500)
                .Select(x => redis.Visitors.AddAsync(visits.Next(eventsPerBatch), Visits.AddressOf(x))));
            batches += 500;
        }

        return (batches * eventsPerBatch) - (int)await redis.LostAsync();
    }

    private static async Task<double> ArchiveAsync(Shop shop, TypicalEntries typical)
    {
        await using var redis = await BenchRedis.StartAsync();
        var policy = Features.Streams.All.Single(x => x.Name == Features.Streams.Orders);
        // The archive has no entry of an earlier time than its last one.
        await typical.FillAsync(redis.Database, policy.Name, policy.Cap, TimeSpan.Zero);
        return (await CompactAsync(shop, redis, policy.Name)).PerSecond;
    }

    /// <returns>Entries per second, and how many entries the stream had.</returns>
    private static async Task<(double PerSecond, long Entries)> CompactAsync(Shop shop, BenchRedis redis, string stream)
    {
        var key = RedisKeys.OfOneBucket.Stream(stream);
        var entries = await redis.LengthAsync(stream);
        var before = (await redis.Database.StreamRangeAsync(key, count: 1))[0].Id.ToString();
        var compacting = shop.CompactAsync(redis.Url, stream);
        (string Entry, DateTime At)? first = null;
        // The end of the first batch: looked at often, because a batch takes some milliseconds.
        for (; !compacting.IsCompleted && (first is null || BenchRedis.Later(before, first.Value.Entry)); await Task.Delay(5))
            first = await BenchRedis.PositionAsync(shop, stream);
        if (first is null)
            throw new InvalidOperationException($"The command has compacted nothing of {stream}: {await compacting}");

        // Its entries are not deleted before all of them are counted.
        var done = (await redis.Database.StreamRangeAsync(key, maxId: first.Value.Entry)).Length;
        await compacting;
        var last = (await BenchRedis.PositionAsync(shop, stream))!.Value;
        return ((entries - done) / (last.At - first.Value.At).TotalSeconds, entries);
    }
}
