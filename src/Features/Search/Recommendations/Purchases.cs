using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Search.Recommendations;

/// <summary>
/// The purchases of the last half year. Those of all shoppers, at most 300,000 lines of orders, are in the memory of this process: they are
/// read again when one was added or deleted, and every ten minutes, because a new owner of an order changes no number. Those of one shopper
/// are read from PostgreSQL.
/// </summary>
public sealed class Purchases(ISearchStore store, SalesOfProducts sales, TimeProvider time) : IDisposable
{
    private const int Most = 300_000;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim reading = new(1, 1);
    private (long Count, DateTime Newest)? read;
    private long readAt;
    private volatile PurchaseHistory history = new([]);

    /// <summary>As they were last read.</summary>
    public PurchaseHistory Now => history;

    private DateTime Since => time.GetUtcNow().AddDays(-180).UtcDateTime;

    /// <summary>The products that a shopper has bought until now, the newest first, also those of SKUs that no longer exist.</summary>
    public async Task<IReadOnlyList<Guid>> BoughtByAsync(Guid subject, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            select id from (
              select coalesce(product_id, (select product_id from search.variant where variant.sku = purchase.sku limit 1)) as id, at
              from search.purchase where subject = $1 and at > $2) as bought
            where id is not null group by id order by max(at) desc, id
            """, connection)
        {
            Parameters = { new() { Value = subject }, new() { Value = Since } },
        };
        List<Guid> bought = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) bought.Add(reader.GetGuid(0));
        return bought;
    }

    /// <summary>Reads those of all shoppers if they have changed.</summary>
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
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var since = Since;
        var found = await FindProductsAsync(connection, cancellation);
        var stored = await CountAsync(connection, since, cancellation);
        if (found == 0 && stored == read && time.GetElapsedTime(readAt) < Longest) return;
        await ForgetChangesAsync(connection, cancellation);
        await using var command = new NpgsqlCommand(
            """
            select order_id, product_id, subject, quantity, at from search.purchase
            where at > $1 and product_id is not null order by at desc, order_id, sku limit $2
            """, connection)
        {
            Parameters = { new() { Value = since }, new() { Value = Most } },
        };
        List<BoughtProduct> bought = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            bought.Add(new(reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt32(3), new(reader.GetDateTime(4))));
        history = new(bought);
        sales.Sold = history.Sales();
        (read, readAt) = (stored, time.GetTimestamp());
    }

    // The products of SKUs that were not indexed yet when they were bought.
    private static async Task<int> FindProductsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            with unknown as materialized (
              select order_id, sku, variant.product_id from search.purchase join search.variant using (sku)
              where purchase.product_id is null for update of purchase skip locked)
            update search.purchase set product_id = unknown.product_id
            from unknown where purchase.order_id = unknown.order_id and purchase.sku = unknown.sku
            """, connection);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task ForgetChangesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("delete from search.order_change where at < $1", connection)
        {
            Parameters = { new() { Value = (time.GetUtcNow() - OrderChange.Retention).UtcDateTime } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
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
