using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Storefront;
using Marten;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>A product with the current stock of each SKU.</summary>
public sealed record ProductOnSale(Product Product, IReadOnlyDictionary<string, StockLevel> Stock)
{
    /// <summary>
    /// Grows with every change of the product or its stock. A change of the product may drop a variant with its sequence, so the revision
    /// counts for more.
    /// </summary>
    public long Stamp => (Product.Revision * 1_000_000_000) + Product.Variants.Sum(x => Stock.GetValueOrDefault(x.Sku)?.Sequence ?? 0);

    public int Available(string sku) => Stock.GetValueOrDefault(sku)?.Available ?? 0;

    public ProductView ToView() => ProductView.Of(Product, Available);

    public ProductNews ToNews() =>
        new(Product.Id, Product.Published,
            [.. Product.Variants.Select(x => new VariantNews(x.Sku, new(x.Price.Minor, x.Price.Currency), Available(x.Sku)))],
            Stamp);
}

/// <summary>Reads the products that shoppers may see.</summary>
public static class Catalogue
{
    public static async Task<ProductOnSale?> FindAsync(IQuerySession session, string idOrSlug, CancellationToken cancellation)
    {
        var product = Guid.TryParseExact(idOrSlug, "D", out var id)
            ? await session.LoadAsync<Product>(id, cancellation)
            : await session.Query<Product>().SingleOrDefaultAsync(x => x.Slug == idOrSlug, cancellation);
        return product is { Published: true } ? (await WithStockAsync(session, [product], cancellation))[0] : null;
    }

    /// <summary>Products on sale, the newest first. Callers ask for one more than a page, to see whether there is a next one.</summary>
    public static async Task<IReadOnlyList<ProductOnSale>> ListAsync(
        IQuerySession session, string? category, PageCursor? after, int most, CancellationToken cancellation)
    {
        List<string> where = ["published"];
        List<object> values = [];
        if (category is not null)
        {
            where.Add("category = any (?)");
            values.Add((await CategoryTree.ReadAsync(session, cancellation)).Within(category).ToArray());
        }

        return await ListAsync(session, where, values, after, most, cancellation);
    }

    /// <summary>The same with the products that are not on sale.</summary>
    public static Task<IReadOnlyList<ProductOnSale>> ListAllAsync(
        IQuerySession session, PageCursor? after, int most, CancellationToken cancellation) =>
        ListAsync(session, ["true"], [], after, most, cancellation);

    private static async Task<IReadOnlyList<ProductOnSale>> ListAsync(
        IQuerySession session, List<string> where, List<object> values, PageCursor? after, int most, CancellationToken cancellation)
    {
        if (after is not null)
        {
            where.Add("(published_at, id) < (?, ?)");
            values.AddRange([after.At, after.Id]);
        }

        var products = await session.QueryAsync<Product>(
            $"where {string.Join(" and ", where)} order by published_at desc, id desc limit {most}", cancellation, [.. values]);
        return await WithStockAsync(session, products, cancellation);
    }

    public static async Task<IReadOnlyList<ProductOnSale>> WithStockAsync(IQuerySession session, IReadOnlyList<Product> products,
        CancellationToken cancellation)
    {
        var stock = await Stock.FindAsync(session, products.SelectMany(x => x.Variants).Select(x => x.Sku), cancellation);
        return [.. products.Select(x => new ProductOnSale(x, stock))];
    }
}
