using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Infrastructure.Caching;

/// <summary>
/// The memory that all caches of this process share (<c>AARYA_CACHE_MB</c>). Each cache has a young and an old generation, and a value that
/// is used is added to the young one. When the young ones together reach half of the budget, or after a minute, all of them become old and
/// the values that were old are dropped. So a flood of requests stays within the budget, and an idle process releases it.
/// </summary>
public sealed class CacheBudget(long bytes, TimeProvider time, ILogger<CacheBudget>? log = null)
    : Worker(time, log ?? NullLogger<CacheBudget>.Instance)
{
    private static readonly TimeSpan LongestGeneration = TimeSpan.FromMinutes(1);

    // Collecting costs a few milliseconds; less than this is not worth it.
    private const long WorthCollecting = 8 * 1024 * 1024;

    internal static readonly NumberSetting Megabytes = new("AARYA_CACHE_MB", 64, 1, 16_384);

    private readonly Lock turning = new();
    private readonly List<IGenerations> caches = [];
    private readonly List<CacheReads> reads = [];
    private long young;
    private long old;
    private long turnedAt = time.GetTimestamp();

    /// <summary>What all caches together may hold, in bytes.</summary>
    public long Bytes => bytes;

    /// <summary>What all caches together hold now, in bytes; a value that is in both generations counts twice.</summary>
    public long Used => Interlocked.Read(ref young) + Interlocked.Read(ref old);

    /// <summary>How often each cache had what was asked for.</summary>
    internal IReadOnlyList<CacheReads> Reads
    {
        get
        {
            lock (turning) return [.. reads];
        }
    }

    /// <summary>Counts the reads of a cache under this name.</summary>
    public CacheReads ReadsOf(string cache)
    {
        CacheReads counted = new(cache);
        lock (turning) reads.Add(counted);
        return counted;
    }

    /// <summary>The largest value that is kept at all.</summary>
    internal long Largest => bytes / 16;

    /// <exception cref="StartupException">AARYA_CACHE_MB is not a number from 1 to 16384.</exception>
    public static CacheBudget From(IConfiguration configuration, TimeProvider time, ILogger<CacheBudget>? log = null) =>
        new(Megabytes.Read(configuration) * 1024L * 1024, time, log);

    /// <summary>Drops the values of all caches that were not used during this generation.</summary>
    public void Turn()
    {
        lock (turning)
        {
            foreach (var cache in caches) cache.Turn();
            old = Interlocked.Exchange(ref young, 0);
            turnedAt = Time.GetTimestamp();
        }
    }

    internal void Register(IGenerations cache)
    {
        lock (turning) caches.Add(cache);
    }

    /// <summary>Counts the bytes that were added to a young generation, or removed from it.</summary>
    internal void Count(long change)
    {
        // A value is counted after it was added: leave room for one more value in each generation.
        if (Interlocked.Add(ref young, change) > (bytes / 2) - Largest) Turn();
    }

    protected override TimeSpan FirstRoundAfter => LongestGeneration;

    protected override Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        if (Used > 0 && Time.GetElapsedTime(Volatile.Read(ref turnedAt)) >= LongestGeneration / 2)
        {
            var forgotten = Interlocked.Read(ref old);
            Turn();
            // An idle process allocates nothing, and so would not collect by itself.
            if (forgotten > WorthCollecting) GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }

        return Task.FromResult<TimeSpan?>(LongestGeneration);
    }
}

internal interface IGenerations
{
    void Turn();
}
