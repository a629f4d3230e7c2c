using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>Knows whether Elasticsearch has the catalogue as it is now. While it is behind, searches do not use it.</summary>
public sealed class ElasticsearchProgress(
    ElasticsearchIndices indices, PendingProducts pending, TimeProvider time, ILogger<ElasticsearchProgress> log) : Worker(time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Longer than the pause after a failed round of the feed, so that one failure does not change the engine.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private volatile bool isCurrent;

    internal bool IsCurrent => isCurrent;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        isCurrent = await indices.IsCompleteAsync(stopping) && !await pending.IsBehindAsync(LongestDelay, stopping);
        return Pause;
    }
}
