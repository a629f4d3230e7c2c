using System.Collections.Concurrent;
using System.Net;
using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Search.Popular;

/// <summary>
/// Counts how often shoppers look at each product, for the order of equal matches. A view counts once per hour for each network, and its
/// weight halves in a week. Who looked is not kept.
/// </summary>
public sealed class ViewCounts(ISearchStore store, SalesOfProducts scores, TimeProvider time)
{
    // A tenth of a view, after nothing was added for some weeks.
    private const double Least = 0.1;

    // Products per process, between two writes: more is not counted.
    private const int MostUnwritten = 10_000;

    private readonly ConcurrentDictionary<Guid, int> unwritten = new();
    private readonly OncePerHour<Guid> once = new(time);

    /// <param name="product">A product on sale.</param>
    /// <param name="client">The client's address; it is kept in memory for at most an hour.</param>
    public void Count(Guid product, IPAddress? client)
    {
        if (!once.Counts(product, client)) return;
        if (unwritten.Count < MostUnwritten || unwritten.ContainsKey(product)) unwritten.AddOrUpdate(product, 1, static (_, x) => x + 1);
    }

    /// <summary>Adds the counts of this process to those in the database.</summary>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        once.Forget();
        var counts = unwritten.Keys.Select(x => (Product: x, Count: unwritten.TryRemove(x, out var count) ? count : 0)).ToList();
        if (counts.Count == 0) return;
        try
        {
            await WriteAsync(counts, cancellation);
        }
        catch
        {
            foreach (var (product, count) in counts) unwritten.AddOrUpdate(product, count, (_, x) => x + count);
            throw;
        }
    }

    private async Task WriteAsync(IReadOnlyList<(Guid Product, int Count)> counts, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        // In order, so that two processes cannot deadlock.
        await using var command = new NpgsqlCommand(
            $"""
            insert into search.viewed_product as known (product_id, weight)
            select * from unnest($1::uuid[], $2::double precision[]) as line(product_id, weight) order by product_id
            on conflict (product_id) do update set weight = {Decayed("$3")} + excluded.weight, at = now()
            """, connection)
        {
            Parameters =
            {
                new() { Value = counts.Select(x => x.Product).ToArray() },
                new() { Value = counts.Select(x => (double)x.Count).ToArray() },
                new() { Value = SalesOfProducts.HalfLife.TotalSeconds },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Reads the counts of all processes, and deletes those that say nothing any longer.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(
            $"""
            delete from search.viewed_product where product_id in (
              select product_id from search.viewed_product as known where {Decayed("$2")} < $1 order by product_id for update)
            """)
        { Parameters = { new() { Value = Least }, new() { Value = SalesOfProducts.HalfLife.TotalSeconds } } });
        batch.BatchCommands.Add(new("select product_id, weight, at from search.viewed_product"));
        Dictionary<Guid, double> read = [];
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var at = new DateTimeOffset(reader.GetDateTime(2));
            read[reader.GetGuid(0)] = SalesOfProducts.WeeksUntil(at) + Math.Log2(reader.GetDouble(1));
        }

        scores.Viewed = read;
    }

    // A row's weight as it is now.
    private static string Decayed(string half) => $"known.weight * power(0.5, extract(epoch from now() - known.at) / {half})";
}
