using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Metrics;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>What the caches of this process hold, and how often each had what was asked for.</summary>
internal sealed class CacheMetrics
{
    private readonly CacheBudget budget;

    public CacheMetrics(CacheBudget budget, IMeterFactory meters)
    {
        this.budget = budget;
        var meter = meters.Create(ShopMeter.Name);
        meter.CreateObservableCounter("aarya_cache_reads", Reads, unit: null, "Reads of a cache, by whether it had a fresh value.");
        meter.CreateObservableGauge("aarya_cache_bytes", () => budget.Used, unit: null, "Memory that all caches of this process use.");
    }

    private IEnumerable<Measurement<long>> Reads() => budget.Reads.GroupBy(x => x.Cache).SelectMany(x => new[]
    {
        Of(x.Key, "hit", x.Sum(y => y.Hits)), Of(x.Key, "miss", x.Sum(y => y.Misses)),
    });

    private static Measurement<long> Of(string cache, string result, long count) => new(count,
        new KeyValuePair<string, object?>("cache", cache), new KeyValuePair<string, object?>("result", result));
}
