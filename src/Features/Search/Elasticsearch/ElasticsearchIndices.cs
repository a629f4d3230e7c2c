using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.IndexManagement;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// The indices in Elasticsearch: searches use an alias, a new index is filled beside the old one, and the alias changes in one step.
/// PostgreSQL records which indices get the changes. One process at a time may call the methods that change something.
/// </summary>
/// <remarks>
/// A change that is committed after an index was recorded is pending for it; one that was committed before is in the pages that fill it.
/// </remarks>
public sealed partial class ElasticsearchIndices(
    ISearchStore store, PendingProducts pending, ElasticsearchClient client, ElasticsearchOptions settings, TimeProvider time,
    ILogger<ElasticsearchIndices> log)
{
    private const int PageSize = 500;

    private readonly BulkWriter writer = new(client, time, log);

    private string Alias => settings.Index;

    /// <summary>
    /// Builds the index if it is missing, incomplete, of an older layout, or requested. Deletes what an interrupted build left.
    /// </summary>
    /// <param name="meanwhile">Sends changes to the indices, the old and the new one, while the new one is filled.</param>
    internal async Task PrepareAsync(Func<CancellationToken, Task> meanwhile, CancellationToken cancellation)
    {
        var (existing, live) = await ExistingAsync(cancellation);
        var recorded = await RecordedAsync(cancellation);
        if (live is not null && recorded.FirstOrDefault(x => x.Name == live) is { IsComplete: false } switched)
        {
            // The process ended between the change of the alias and its record.
            await RecordCompleteAsync(switched.Name, cancellation);
            recorded = [switched with { IsComplete = true }];
        }

        var current = recorded.FirstOrDefault(x => x.IsComplete && x.Name == live);
        foreach (var left in existing.Where(x => x != live)) await DeleteAsync(left, cancellation);
        foreach (var gone in recorded.Where(x => x != current)) await ForgetAsync(gone.Name, cancellation);
        if (current is null || current.Layout < ElasticsearchLayout.Version || current.IsRebuildRequested)
            await RebuildAsync(live, meanwhile, cancellation);
    }

    /// <summary>The indices that get the changes; a second one while it is being filled.</summary>
    internal async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellation) =>
        [.. (await RecordedAsync(cancellation)).Select(x => x.Name)];

    /// <summary>True when the alias leads to the index that gets the changes.</summary>
    internal async Task<bool> IsThereAsync(CancellationToken cancellation)
    {
        var (_, live) = await ExistingAsync(cancellation);
        return live is not null && (await RecordedAsync(cancellation)).Any(x => x.IsComplete && x.Name == live);
    }

    /// <summary>True when a newer program has built the index: this one would write what its searches do not expect.</summary>
    internal async Task<bool> IsOfNewerProgramAsync(CancellationToken cancellation) => (await RecordedAsync(cancellation))
        .Any(x => x is { IsComplete: true, IsRebuildRequested: false } && x.Layout > ElasticsearchLayout.Version);

    /// <summary>
    /// True when there is an index with all products, in the layout of this program: a search that expects another one would find nothing.
    /// </summary>
    internal async Task<bool> IsCompleteAsync(CancellationToken cancellation) =>
        (await RecordedAsync(cancellation)).Any(x => x.IsComplete && x.Layout == ElasticsearchLayout.Version);

    /// <summary>True when the index was requested to be built again.</summary>
    internal async Task<bool> IsRebuildRequestedAsync(CancellationToken cancellation) =>
        (await RecordedAsync(cancellation)).Any(x => x.IsRebuildRequested);

    /// <summary>Sends the synonyms of the merchandisers; searches use them at once, without a new index.</summary>
    internal async Task SendSynonymsAsync(
        IReadOnlyList<(string Term, IReadOnlyList<string> Words)> synonyms, CancellationToken cancellation) =>
        await client.Synonyms.PutSynonymAsync(ElasticsearchLayout.SynonymSet(Alias, synonyms), cancellation);

    internal async Task<IReadOnlyList<(string Term, IReadOnlyList<string> Words)>> SynonymsAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("select term, words from search.synonym order by term", connection);
        List<(string, IReadOnlyList<string>)> all = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            all.Add((reader.GetString(0), await reader.GetFieldValueAsync<string[]>(1, cancellation)));
        return all;
    }

    private async Task RebuildAsync(string? live, Func<CancellationToken, Task> meanwhile, CancellationToken cancellation)
    {
        var name = $"{Alias}.{time.GetUtcNow():yyyyMMddHHmmssfff}";
        await client.Indices.PutIndexTemplateAsync(ElasticsearchLayout.Template(Alias), cancellation);
        await client.Indices.CreateAsync(new CreateIndexRequest(name), cancellation);
        await RecordAsync(name, cancellation);
        var (last, filled) = (Guid.Empty, 0);
        while (await pending.AllAsync(last, PageSize, cancellation) is { Count: > 0 } page)
        {
            // A higher version is a change that has come since the page was read.
            (await writer.WriteAsync(page, [name], cancellation)).ThrowIfRefused();
            (last, filled) = (page[^1].Id, filled + page.Count);
            await meanwhile(cancellation);
        }

        await client.Indices.RefreshAsync(new RefreshRequest(name), cancellation);
        List<IndexUpdateAliasesAction> switching = [new AddAction { Index = name, Alias = Alias }];
        if (live is not null) switching.Add(new RemoveAction { Index = live, Alias = Alias });
        await client.Indices.UpdateAliasesAsync(new UpdateAliasesRequest { Actions = switching }, cancellation);
        await RecordCompleteAsync(name, cancellation);
        LogBuilt(name, filled);
        if (live is not null) await DeleteAsync(live, cancellation);
    }

    // The indices of this alias' name, and the one that the alias leads to.
    private async Task<(IReadOnlyList<string> All, string? Live)> ExistingAsync(CancellationToken cancellation)
    {
        var found = await client.Indices.GetAliasAsync(
            new GetAliasRequest(Indices.Index($"{Alias}.*")) { AllowNoIndices = true }, cancellation);
        var indices = found.Aliases?.ToList() ?? [];
        return ([.. indices.Select(x => x.Key)], indices.FirstOrDefault(x => x.Value.Aliases?.ContainsKey(Alias) == true).Key);
    }

    private async Task DeleteAsync(string name, CancellationToken cancellation) =>
        await client.Indices.DeleteAsync(new DeleteIndexRequest(name) { IgnoreUnavailable = true }, cancellation);

    private async Task<IReadOnlyList<Recorded>> RecordedAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "select name, layout, complete, rebuild_requested from search.elasticsearch_index order by name", connection);
        List<Recorded> all = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            all.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetBoolean(2), reader.GetBoolean(3)));
        return all;
    }

    private async Task RecordAsync(string name, CancellationToken cancellation)
    {
        await ExecuteAsync(
            "insert into search.elasticsearch_index (name, layout) values ($1, $2)", cancellation, name, ElasticsearchLayout.Version);
        // Waits for the changes that did not see the record: they hold a lock of this table, and are in the pages when they have ended.
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var wait = new NpgsqlCommand("lock table search.elasticsearch_pending in share mode", connection, transaction);
        await wait.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private Task RecordCompleteAsync(string name, CancellationToken cancellation) => ExecuteAsync(
        """
        with gone as (delete from search.elasticsearch_index where name <> $1)
        update search.elasticsearch_index set complete = true where name = $1
        """, cancellation, name);

    private Task ForgetAsync(string name, CancellationToken cancellation) =>
        ExecuteAsync("delete from search.elasticsearch_index where name = $1", cancellation, name);

    private async Task ExecuteAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Information, "Built the Elasticsearch index {Index} with {Products} products")]
    private partial void LogBuilt(string index, int products);

    /// <param name="IsComplete">It has all products, and searches use it.</param>
    /// <param name="IsRebuildRequested">It was requested to be built again.</param>
    private sealed record Recorded(string Name, int Layout, bool IsComplete, bool IsRebuildRequested);
}
