using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using Medallion.Threading.Postgres;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// Keeps Elasticsearch's index like PostgreSQL's. One process at a time does it, under an advisory lock. Two that send at once only do the
/// work twice; two that build at once would delete each other's index. What changes while Elasticsearch or the process is unavailable is
/// pending in PostgreSQL.
/// </summary>
public sealed partial class ElasticsearchFeed(
    ContextDatabases databases, ElasticsearchIndices indices, PendingProducts pending, ElasticsearchClient client, TimeProvider time,
    ILogger<ElasticsearchFeed> log) : Worker(time, log)
{
    private const int PageSize = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PauseOfChecks = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseOfOthers = TimeSpan.FromSeconds(2);

    private readonly BulkWriter writer = new(client, time, log);
    private IReadOnlyList<(string Term, IReadOnlyList<string> Words)>? synonyms;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        var key = new PostgresAdvisoryLockKey("aarya elasticsearch", allowHashing: true);
        await using var turn = await new PostgresDistributedLock(key, databases.PlainSourceOf(Roles.Search))
            .TryAcquireAsync(TimeSpan.Zero, stopping);
        if (turn is null) return PauseOfOthers;
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping, turn.HandleLostToken);
        if (await indices.IsOfNewerProgramAsync(lost.Token)) return PauseOfOthers;
        synonyms = null;
        // First, because a new index needs the set.
        await SendSynonymsAsync(lost.Token);
        await indices.PrepareAsync(MeanwhileAsync, lost.Token);
        var checkedAt = Time.GetTimestamp();
        while (!await indices.IsRebuildRequestedAsync(lost.Token))
        {
            if (Time.GetElapsedTime(checkedAt) > PauseOfChecks)
            {
                // A cluster that has lost its data is built again without waiting for a change.
                if (!await indices.IsThereAsync(lost.Token)) break;
                await SendSynonymsAsync(lost.Token);
                checkedAt = Time.GetTimestamp();
            }

            if (await FeedAsync(lost.Token) == 0) await Task.Delay(Pause, Time, lost.Token);
        }

        return TimeSpan.Zero;
    }

    private async Task MeanwhileAsync(CancellationToken cancellation)
    {
        await FeedAsync(cancellation);
        await SendSynonymsAsync(cancellation);
    }

    /// <summary>Sends the products that have waited longest.</summary>
    /// <returns>How many there were.</returns>
    private async Task<int> FeedAsync(CancellationToken cancellation)
    {
        var products = await pending.OldestAsync(PageSize, cancellation);
        if (products.Count == 0) return 0;
        // After the products: an index that was recorded before one of these changes must get it.
        var names = await indices.NamesAsync(cancellation);
        var result = await writer.WriteAsync(products, names, cancellation);
        await pending.RaiseAsync(result.Conflicting, cancellation);
        // Those that were refused do not keep the others waiting.
        var done = products.Where(x => !result.Conflicting.Contains(x) && !result.Refused.Contains(x)).ToList();
        await pending.DoneAsync(done, cancellation);
        result.ThrowIfRefused();
        return products.Count;
    }

    private async Task SendSynonymsAsync(CancellationToken cancellation)
    {
        var current = await indices.SynonymsAsync(cancellation);
        if (synonyms is { } sent && sent.Count == current.Count
            && sent.Zip(current).All(x => x.First.Term == x.Second.Term && x.First.Words.SequenceEqual(x.Second.Words))) return;
        try
        {
            await indices.SendSynonymsAsync(current, cancellation);
            synonyms = current;
        }
        catch (TransportException e) when (!cancellation.IsCancellationRequested)
        {
            // The products do not wait for the synonyms.
            LogSynonyms(Log, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Elasticsearch has not taken the synonyms ({Reason}); they are sent again")]
    private static partial void LogSynonyms(ILogger log, string reason);
}
