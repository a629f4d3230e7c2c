using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Store;
using Npgsql;

namespace Aarya.Features.Search.Recommendations;

/// <summary>
/// The purchases of the last half year, at most 300,000 lines of orders, in the memory of this process. PostgreSQL has the truth: all are
/// read again when one was added or deleted, and every ten minutes for those of products that were not indexed yet.
/// </summary>
public sealed class Purchases(ISearchStore store, SalesOfProducts sales, TimeProvider time) : IDisposable
{
    private const int Most = 300_000;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim reading = new(1, 1);
    private (long Count, DateTime Newest) read;
    private long readAt;
    private volatile PurchaseHistory history = new([], default);

    /// <summary>As they were last read.</summary>
    public PurchaseHistory Now => history;

    /// <summary>Reads all if they have changed.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        await reading.WaitAsync(cancellation);
        try
        {
            await ReadOnceAsync(cancellation);
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();

    private async Task ReadOnceAsync(CancellationToken cancellation)
    {
        await using var connection = store.Storage.Database.CreateConnection();
        await connection.OpenAsync(cancellation);
        var since = time.GetUtcNow().AddDays(-180).UtcDateTime;
        var stored = await CountAsync(connection, since, cancellation);
        if (stored == read && time.GetElapsedTime(readAt) < Longest) return;
        await using var command = new NpgsqlCommand(
            """
            select order_id, product_id, subject, quantity, at from search.purchase join search.variant using (sku)
            where at > $1 order by at desc, order_id limit $2
            """, connection)
        {
            Parameters = { new() { Value = since }, new() { Value = Most } },
        };
        List<BoughtProduct> bought = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            bought.Add(new(reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt32(3), new(reader.GetDateTime(4))));
        history = new(bought, time.GetUtcNow());
        sales.Pieces = history.Pieces();
        (read, readAt) = (stored, time.GetTimestamp());
    }

    private static async Task<(long Count, DateTime Newest)> CountAsync(
        NpgsqlConnection connection, DateTime since, CancellationToken cancellation)
    {
        await using var command =
            new NpgsqlCommand("select count(*), coalesce(max(at), 'epoch') from search.purchase where at > $1", connection)
            {
                Parameters = { new() { Value = since } },
            };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), reader.GetDateTime(1));
    }
}
