using System.Diagnostics;
using System.Globalization;
using Aarya.Features.Content.Analytics;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Aarya.Bench.EventStreams;

/// <summary>A Redis and the writer of visitors' events to it: the shop's Redis, or an empty one that the bench may fill.</summary>
internal sealed class BenchRedis : IAsyncDisposable
{
    private readonly Process? process;
    private readonly string? folder;
    private readonly RedisConnections connections;

    private BenchRedis(string url, Process? process, string? folder)
    {
        (Url, this.process, this.folder) = (url, process, folder);
        connections = new(new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", url)]).Build());
        Visitors = new(
            connections, new StreamPolicies(Features.Streams.All), new(TimeProvider.System), TimeProvider.System,
            NullLogger<EventStream>.Instance);
    }

    public string Url { get; }

    public IDatabase Database => connections.StateConnection.GetDatabase();

    /// <summary>The program's own writer of the stream <c>analytics</c>, with its limit of memory.</summary>
    public EventStream Visitors { get; }

    public static BenchRedis Of(Shop shop) => new(shop.RedisUrl, null, null);

    /// <summary>Starts an empty one, with the settings of the shop's.</summary>
    public static async Task<BenchRedis> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("aarya-bench-redis-").FullName;
        var port = Shop.FreePort();
        var redis = new BenchRedis($"redis://127.0.0.1:{port}", Shop.StartRedis(folder, port), folder);
        await redis.connections.ConnectAsync();
        await redis.Database.PingAsync();
        return redis;
    }

    public async Task<long> LengthAsync(string stream) => await Database.StreamLengthAsync(RedisKeys.OfOneBucket.Stream(stream));

    /// <summary>The megabytes that a stream takes, every entry counted.</summary>
    public async Task<double> MegabytesAsync(string stream)
    {
        var bytes = await Database.ExecuteAsync("MEMORY", "USAGE", RedisKeys.OfOneBucket.Stream(stream), "SAMPLES", 0);
        return bytes.IsNull ? 0 : (long)bytes / 1024.0 / 1024;
    }

    /// <summary>The megabytes that Redis has allocated.</summary>
    public async Task<double> UsedAsync()
    {
        var statistics = (RedisResult[])(await Database.ExecuteAsync("MEMORY", "STATS"))!;
        var at = Array.FindIndex(statistics, x => (string?)x == "total.allocated");
        return (long)statistics[at + 1] / 1024.0 / 1024;
    }

    /// <summary>How many events the full stream has left out.</summary>
    public async Task<double> LostAsync() =>
        (double?)await Database.StringGetAsync(StreamHistory.LostKey(RedisKeys.OfOneBucket.Stream(Features.Streams.Analytics))) ?? 0;

    /// <summary>Waits until the compactor has counted what is in the stream <c>analytics</c> now.</summary>
    public async Task CountedAsync(Shop shop)
    {
        var key = RedisKeys.OfOneBucket.Stream(Features.Streams.Analytics);
        if (!await Database.KeyExistsAsync(key)) return;
        var last = (string)(await Database.StreamInfoAsync(key)).LastGeneratedId!;
        await Waiting.UntilAsync("the events of visitors are counted", TimeSpan.FromMinutes(5), async () =>
            await PositionAsync(shop, Features.Streams.Analytics) is { } position && !Later(last, position.Entry));
    }

    /// <summary>The last entry of a stream that is archived or counted, and when it was; null when none is.</summary>
    public static async Task<(string Entry, DateTime At)?> PositionAsync(Shop shop, string stream)
    {
        var position = (object[]?)await shop.SqlAsync(
            $"select array[position, extract(epoch from at)::text] from content.stream_cursor where stream = '{stream}'");
        return position is [string entry, string at]
            ? (entry, DateTime.UnixEpoch.AddSeconds(double.Parse(at, CultureInfo.InvariantCulture)))
            : null;
    }

    /// <summary>True when the entry comes after the other one.</summary>
    public static bool Later(string entry, string other) => Parts(entry).CompareTo(Parts(other)) > 0;

    private static (ulong, ulong) Parts(string entry) => entry.Split('-') is [var ms, var sequence]
        ? (ulong.Parse(ms, CultureInfo.InvariantCulture), ulong.Parse(sequence, CultureInfo.InvariantCulture))
        : throw new FormatException($"'{entry}' is not the id of an entry.");

    public async ValueTask DisposeAsync()
    {
        await connections.DisposeAsync();
        if (process is null) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder!, recursive: true);
    }
}
