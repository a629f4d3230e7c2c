using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Workers;

/// <summary>
/// Work that is done once per day, such as deleting what is too old. Every node does it, at a time of its own: the work must be harmless
/// when two nodes do it at once.
/// </summary>
public abstract class DailyWorker(TimeProvider time, ILogger log) : Worker(time, log)
{
    // Not immediately at the start, and not on all nodes at once.
    protected override TimeSpan FirstRoundAfter { get; } = TimeSpan.FromMinutes(5 + Random.Shared.Next(55));

    protected override TimeSpan LongestPause => TimeSpan.FromMinutes(10);

    protected sealed override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await WorkAsync(stopping);
        return TimeSpan.FromDays(1);
    }

    /// <summary>The work of one day; after a failure it is repeated.</summary>
    protected abstract Task WorkAsync(CancellationToken stopping);
}
