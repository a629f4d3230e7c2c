using Aarya.Infrastructure.Postgres;
using Marten;
using Npgsql;

namespace Aarya.Features.Commerce.BackInStock;

/// <summary>A SKU on sale, and how many of it can be ordered now.</summary>
public sealed record WantedItem(
    string Sku, Guid ProductId, string Slug, string Name, string Size, string Colour, Money Price, int Available)
{
    private const string Find =
        """
        select product_id, slug, name, size, colour, price_minor, currency, on_hand - reserved
        from commerce.variant join commerce.stock using (sku)
        where sku = $1 and published
        """;

    /// <summary>Null when no such SKU is on sale.</summary>
    public static Task<WantedItem?> FindAsync(IQuerySession session, string sku, CancellationToken cancellation) =>
        ReadAsync(session, Find, sku, cancellation);

    /// <summary>
    /// The same, and its stock stays as it is until the transaction ends. So whatever changes the stock later finds the request that this
    /// transaction stores.
    /// </summary>
    public static async Task<WantedItem?> FindLockedAsync(IDocumentSession session, string sku, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        return await ReadAsync(session, $"{Find} for share of stock", sku, cancellation);
    }

    private static async Task<WantedItem?> ReadAsync(IQuerySession session, string sql, string sku, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql) { Parameters = { new() { Value = sku } } };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(sku, reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                new(reader.GetInt64(5), reader.GetString(6)), reader.GetInt32(7))
            : null;
    }
}
