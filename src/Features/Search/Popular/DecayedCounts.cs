using System.Collections.Concurrent;
using System.Globalization;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Search.Popular;

/// <summary>
/// Counts things in memory, and adds the counts to the weights in a table of search, which has a row per thing: its key, the weight, and
/// <c>at</c>, since when the weight has been decaying.
/// </summary>
/// <param name="table">The table and its key, such as <c>search.popular_search</c> and <c>text</c>.</param>
/// <param name="half">How long a weight takes to halve.</param>
/// <param name="mostUnwritten">Of how many things a process counts between two writes: others are not counted.</param>
internal sealed class DecayedCounts<T>(ISearchStore store, (string Name, string Key) table, TimeSpan half, int mostUnwritten)
    where T : notnull
{
    private readonly ConcurrentDictionary<T, int> unwritten = new();

    /// <summary>The weight of the row <c>known</c> as it is now.</summary>
    public string Decayed { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"known.weight * power(0.5, extract(epoch from now() - known.at) / {half.TotalSeconds})");

    public void Add(T thing)
    {
        if (unwritten.Count < mostUnwritten || unwritten.ContainsKey(thing)) unwritten.AddOrUpdate(thing, 1, static (_, x) => x + 1);
    }

    /// <summary>Adds the counts of this process to the weights. Those of a write that failed are written again.</summary>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        var counts = unwritten.Keys.Select(x => (Thing: x, Count: unwritten.TryRemove(x, out var count) ? count : 0)).ToList();
        if (counts.Count == 0) return;
        try
        {
            await using var connection = await store.OpenConnectionAsync(cancellation);
            // In order, so that two processes cannot deadlock.
            await using var command = new NpgsqlCommand(
                $"""
                insert into {table.Name} as known ({table.Key}, weight)
                select * from unnest($1, $2) as line(thing, weight) order by thing
                on conflict ({table.Key}) do update set weight = {Decayed} + excluded.weight, at = now()
                """, connection)
            {
                Parameters =
                {
                    new() { Value = counts.Select(x => x.Thing).ToArray() },
                    new() { Value = counts.Select(x => (double)x.Count).ToArray() },
                },
            };
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch
        {
            foreach (var (thing, count) in counts) unwritten.AddOrUpdate(thing, count, (_, x) => x + count);
            throw;
        }
    }
}
