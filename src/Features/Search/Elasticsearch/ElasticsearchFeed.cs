using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Elastic.Clients.Elasticsearch;
using Medallion.Threading.Postgres;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// Keeps Elasticsearch's index like PostgreSQL's. One process at a time does it; two at once would only do the work twice. After
/// Elasticsearch or the process was away, what has changed meanwhile is pending in PostgreSQL.
/// </summary>
public sealed class ElasticsearchFeed(
    ContextDatabases databases, ElasticsearchIndices indices, PendingProducts pending, ElasticsearchClient client, TimeProvider time,
    ILogger<ElasticsearchFeed> log) : Worker(time, log)
{
    private const int PageSize = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
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
        synonyms = null;
        await indices.PrepareAsync(FeedAsync, lost.Token);
        while (!await indices.IsOutdatedAsync(lost.Token))
        {
            await SendSynonymsAsync(lost.Token);
            if (await FeedAsync(lost.Token) == 0) await Task.Delay(Pause, Time, lost.Token);
        }

        return TimeSpan.Zero;
    }

    /// <summary>Sends the products that have waited longest.</summary>
    /// <returns>How many there were.</returns>
    private async Task<int> FeedAsync(CancellationToken cancellation)
    {
        var products = await pending.OldestAsync(PageSize, cancellation);
        if (products.Count == 0) return 0;
        // After the products: an index that was recorded before one of these changes must get it.
        var names = await indices.NamesAsync(cancellation);
        var outdated = await writer.WriteAsync(products, names, cancellation);
        await pending.RaiseAsync(outdated, cancellation);
        await pending.DoneAsync([.. products.Where(x => !outdated.Contains(x))], cancellation);
        return products.Count;
    }

    private async Task SendSynonymsAsync(CancellationToken cancellation)
    {
        var current = await indices.SynonymsAsync(cancellation);
        if (synonyms is { } sent && sent.Count == current.Count
            && sent.Zip(current).All(x => x.First.Term == x.Second.Term && x.First.Words.SequenceEqual(x.Second.Words))) return;
        await indices.SendSynonymsAsync(current, cancellation);
        synonyms = current;
    }
}
