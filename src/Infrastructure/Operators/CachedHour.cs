using Aarya.Infrastructure.Caching;

namespace Aarya.Infrastructure.Operators;

/// <summary>The last hour of all processes, read at most every two seconds.</summary>
internal sealed class CachedHour(SampleStore samples, KnownMeasures measures, TimeProvider time)
{
    private readonly FreshFor<LastHour> fresh = new(time, TimeSpan.FromSeconds(2), async () =>
    {
        var (all, areComplete) = await samples.ReadAsync();
        return LastHour.Of(measures, all, areComplete, time.GetUtcNow());
    });

    public ValueTask<LastHour> ReadAsync() => fresh.GetAsync();
}
