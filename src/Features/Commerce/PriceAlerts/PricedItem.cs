using Aarya.Features.Commerce.Contracts;
using Marten;
using Npgsql;

namespace Aarya.Features.Commerce.PriceAlerts;

/// <summary>A SKU on sale, and what it costs now.</summary>
public sealed record PricedItem(string Sku, Guid ProductId, string Slug, string Name, string Size, string Colour, Money Price)
{
    public AwaitedItem ToAwaited() => new(Sku, Name, Size, Colour, Price, Slug);

    /// <summary>Null when no such SKU is on sale. With <paramref name="locked"/> its price stays until the transaction ends.</summary>
    public static async Task<PricedItem?> FindAsync(
        IQuerySession session, string sku, CancellationToken cancellation, bool locked = false)
    {
        await using var command = new NpgsqlCommand(
            "select product_id, slug, name, size, colour, price_minor, currency from commerce.variant where sku = $1 and published"
            + (locked ? " for share" : ""))
        {
            Parameters = { new() { Value = sku } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(sku, reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                new(reader.GetInt64(5), reader.GetString(6)))
            : null;
    }
}
