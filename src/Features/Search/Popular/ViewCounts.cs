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

    private readonly DecayedCounts<Guid> counts =
        new(store, ("search.viewed_product", "product_id"), SalesOfProducts.HalfLife, MostUnwritten);

    private readonly OncePerHour<Guid> once = new(time);

    /// <param name="product">A product on sale.</param>
    /// <param name="client">The client's address; it is kept in memory for at most an hour.</param>
    public void Count(Guid product, IPAddress? client)
    {
        if (once.Counts(product, client)) counts.Add(product);
    }

    /// <summary>Adds the counts of this process to those in the database.</summary>
    public Task WriteAsync(CancellationToken cancellation)
    {
        once.Forget();
        return counts.WriteAsync(cancellation);
    }

    /// <summary>Reads the counts of all processes, and deletes those that say nothing any longer.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(
            $"""
            delete from search.viewed_product where product_id in (
              select product_id from search.viewed_product as known where {counts.Decayed} < $1 order by product_id for update)
            """)
        { Parameters = { new() { Value = Least } } });
        batch.BatchCommands.Add(new("select product_id, weight, at from search.viewed_product"));
        Dictionary<Guid, double> read = [];
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var at = new DateTimeOffset(reader.GetDateTime(2));
            read[reader.GetGuid(0)] = SalesOfProducts.WeeksUntil(at) + Math.Log2(reader.GetDouble(1));
        }

        // The same again would have all scores calculated again.
        var known = scores.Viewed;
        if (read.Count != known.Count || read.Any(x => !known.TryGetValue(x.Key, out var weight) || weight != x.Value))
            scores.Viewed = read;
    }
}
