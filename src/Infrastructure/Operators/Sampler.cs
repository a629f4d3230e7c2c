using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Telemetry;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Operators;

/// <summary>Takes a sample of the process's own metrics every 15 seconds.</summary>
internal sealed class Sampler(
    MetricsReader metrics, KnownMeasures measures, SampleStore samples, TimeProvider time, ILogger<Sampler> log) : Worker(time, log)
{
    private Reading? last;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        var (counters, gauges) = measures.Read(await metrics.ReadAsync());
        var (at, now) = (Time.GetTimestamp(), Time.GetUtcNow());
        if (last is { } before)
        {
            var grown = Grown(before, counters);
            var elapsed = Math.Round(Time.GetElapsedTime(before.At, at).TotalSeconds, 3);
            samples.Add(new(Sample.SlotOf(now), elapsed, grown.Concat(gauges).ToDictionary(StringComparer.Ordinal)));
        }

        last = new(counters, at);
        try
        {
            await samples.SendAsync();
        }
        catch (Exception e) when (Outage.Is(e))
        {
            // The health endpoint reports the outage; the next round sends this sample, too.
        }

        return UntilNext();
    }

    /// <summary>Marks this process as ended: the other processes do not report it as silent.</summary>
    protected override async Task EndAsync(CancellationToken stopping)
    {
        try
        {
            await samples.EndAsync();
        }
        catch (Exception e) when (Outage.Is(e))
        {
            // The others show it as silent.
        }
    }

    // The middle of the next slot: a round that is a little late or early stays in its slot.
    private TimeSpan UntilNext()
    {
        var now = Time.GetUtcNow();
        var next = (Sample.SlotOf(now) + 1.5) * Sample.Step;
        return next - (now - DateTimeOffset.UnixEpoch);
    }

    private static Dictionary<string, double> Grown(Reading before, Dictionary<string, double> counters)
    {
        Dictionary<string, double> grown = new(StringComparer.Ordinal);
        foreach (var key in counters.Keys)
        {
            // A quantile needs the empty buckets, too, unless all are empty.
            if (Growth(key) is var growth && (growth > 0 || (KnownMeasures.LastBucketOf(key) is { } all && Growth(all) > 0)))
                grown[key] = Math.Round(growth, 3);
        }

        return grown;

        // A counter that is new since the last sample began at 0.
        double Growth(string key) => counters.GetValueOrDefault(key) - before.Counters.GetValueOrDefault(key);
    }

    private sealed record Reading(Dictionary<string, double> Counters, long At);
}
