using Aarya.Features.Commerce.Taxation;
using Npgsql;

namespace Aarya.Features.Commerce.Pricing;

/// <summary>What the shop offers under one SKU right now.</summary>
/// <param name="OnSale">False when its product was withdrawn.</param>
/// <param name="Available">Pieces that can still be bought.</param>
/// <param name="HsnCode">The code that it is taxed by; see <see cref="GoodsAndServicesTax"/>.</param>
public sealed record Offer(
    string Sku, Guid ProductId, string Slug, string Name, string Size, string Colour, string Image, Money Price, bool OnSale, int Available,
    string HsnCode = GoodsAndServicesTax.UsualCode)
{
    /// <summary>The length of the longest SKU.</summary>
    public const int LongestSku = 64;

    private const string Sql =
        """
        select sku, product_id, slug, name, size, colour, image, price_minor, currency, published, coalesce(on_hand - reserved, 0), hsn_code
        from commerce.variant left join commerce.stock using (sku) where sku = any($1)
        """;

    /// <summary>Selects the offers of these SKUs; one that the shop never had is absent.</summary>
    internal static NpgsqlBatchCommand Select(IReadOnlyCollection<string> skus) =>
        new(Sql) { Parameters = { new() { Value = skus.ToArray() } } };

    /// <summary>Reads the result of <see cref="Select"/>, by SKU.</summary>
    internal static async Task<Dictionary<string, Offer>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        Dictionary<string, Offer> found = new(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            var sku = reader.GetString(0);
            found[sku] = new(sku, reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5),
                reader.GetString(6), new(reader.GetInt64(7), reader.GetString(8)), reader.GetBoolean(9), reader.GetInt32(10),
                reader.GetString(11));
        }

        return found;
    }
}
