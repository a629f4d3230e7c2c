using Marten;

namespace Aarya.Features.Content.Catalogue;

/// <summary>What reports need of a product: its name, its category and its SKUs.</summary>
public sealed record KnownProduct(Guid Id, long Version, string Name, string Category, IReadOnlyList<string> Skus)
{
    /// <summary>Stores the products, unless a later version is known, in the session's transaction.</summary>
    public static void Remember(IDocumentSession session, IReadOnlyList<KnownProduct> products)
    {
        var skus = products.SelectMany(x => x.Skus.Select(y => (Sku: y, x.Id))).DistinctBy(x => x.Sku)
            .OrderBy(x => x.Sku, StringComparer.Ordinal).ToList();
        session.QueueSqlCommand(
            """
            with known as (
              insert into content.product as product (product_id, name, category, version)
              select * from unnest(?, ?, ?, ?) as row (product_id, name, category, version) order by 1
              on conflict (product_id) do update
              set name = excluded.name, category = excluded.category, version = excluded.version
              where product.version < excluded.version
              returning product_id)
            insert into content.product_sku (sku, product_id)
            select sku, product_id from unnest(?, ?) as row (sku, product_id) join known using (product_id) order by 1
            on conflict (sku) do update set product_id = excluded.product_id
            """,
            products.Select(x => x.Id).ToArray(), products.Select(x => x.Name).ToArray(), products.Select(x => x.Category).ToArray(),
            products.Select(x => x.Version).ToArray(), skus.Select(x => x.Sku).ToArray(), skus.Select(x => x.Id).ToArray());
    }
}
