using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Content.Catalogue;

/// <summary>The names of products, for reports.</summary>
public sealed class ProductNames(IContentStore store)
{
    /// <summary>The name of the product of each SKU; a SKU that was never published is absent.</summary>
    public Task<IReadOnlyDictionary<string, string>> OfSkusAsync(string[] skus, CancellationToken cancellation) => ReadAsync(
        "select sku, name from content.product_sku join content.product using (product_id) where sku = any ($1)", skus, cancellation);

    /// <summary>The name of each product, by its id; what is no id of a published product is absent.</summary>
    public Task<IReadOnlyDictionary<string, string>> OfProductsAsync(string[] ids, CancellationToken cancellation) => ReadAsync(
        "select product_id::text, name from content.product where product_id = any ($1)",
        ids.Select(x => Guid.TryParse(x, out var id) ? id : Guid.Empty).ToArray(), cancellation);

    private async Task<IReadOnlyDictionary<string, string>> ReadAsync(string sql, object keys, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = keys } } };
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) names[reader.GetString(0)] = reader.GetString(1);
        return names;
    }
}
