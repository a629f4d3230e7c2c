using Aarya.Features.Search.Postgres;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>Knows whether Elasticsearch has the catalogue as it is now. While it is behind, searches do not use it.</summary>
public sealed partial class ElasticsearchProgress(
    ElasticsearchIndices indices, PendingProducts pending, Shelf shelf, TimeProvider time, ILogger<ElasticsearchProgress> log)
    : Worker(time, log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Longer than the pause after a failed round of the feed, so that one failure does not change the engine.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private volatile bool isCurrent;

    internal bool IsCurrent => isCurrent;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        var now = await indices.IsCompleteAsync(stopping) && !await pending.IsBehindAsync(LongestDelay, stopping);
        if (now != isCurrent) LogChanged(now ? "has the catalogue: it answers searches" : "is behind: PostgreSQL answers searches");
        isCurrent = now;
        // PostgreSQL can answer at once when Elasticsearch fails.
        await shelf.ViewAsync(stopping);
        return Pause;
    }

    [LoggerMessage(LogLevel.Information, "Elasticsearch {What}")]
    private partial void LogChanged(string what);
}
