using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Options;
using Aarya.Features.Commerce.PriceAlerts;
using Aarya.Features.Storefront;
using Aarya.Infrastructure.Postgres;
using Marten;
using Npgsql;
using Wolverine;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>
/// Announces what has changed since the last time to the other contexts, the cache and open pages: whole products, and current stock. A SKU
/// is announced once, however often it was sold in between. Shoppers who wait for a SKU that can be bought now or costs less are informed,
/// and SKUs that have become low are noted for a report.
/// </summary>
public sealed record AnnounceChanges
{
    /// <summary>The most changes that one transaction announces.</summary>
    public const int Most = 500;
}

public static class AnnounceChangesHandler
{
    public static async Task<OutgoingMessages> Handle(AnnounceChanges _, IDocumentSession session, ProductCache cache,
        ProductAnswers answers, ShopperFeed feed, LowStockOptions lowStock, DateTimeOffset now, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        var products = await TakeAsync<Guid>(session, "product_changed", "product_id", cancellation);
        var skus = await TakeAsync<string>(session, "stock_changed", "sku", cancellation);
        // A session with nothing queued does not commit. Changes of SKUs without a product cause no message, and 500 of them would be taken
        // again and again, and keep all others from being announced.
        session.QueueSqlCommand("select 1");
        var touched =
            (await session.AdvancedSql.QueryAsync<Guid>("select distinct product_id from commerce.variant where sku = any (?)",
                cancellation, [skus.ToArray()]))
                .Concat(products).ToHashSet();
        var known = await Catalogue.WithStockAsync(session, await session.LoadManyAsync<Product>(cancellation, [.. touched]), cancellation);

        // The changes are committed already, so the cache may be dropped and shoppers notified before this transaction ends.
        List<ProductName> names =
            [.. known.SelectMany(x => NamesOf(x.Product, products.Contains(x.Product.Id)).Select(y => new ProductName(y, x.Stamp)))];
        await cache.DropAsync(names);
        foreach (var name in names) answers.Forget(name.IdOrSlug);
        foreach (var product in known)
        {
            var current = product.ToNews();
            feed.TellWatchers(current.Id, x => x.Product(current));
        }

        OutgoingMessages news = [];
        var tree = products.Count > 0 ? await CategoryTree.ReadNumberedAsync(session, cancellation) : new([]);
        news.AddRange(known.Where(x => products.Contains(x.Product.Id))
            .Select(x => x.Product.Published ? (object)Published(x, tree) : new ProductWithdrawnNotice(x.Product.Id, x.Product.Revision)));
        news.AddRange(known.SelectMany(x => x.Product.Variants.Where(v => skus.Contains(v.Sku) && x.Stock.ContainsKey(v.Sku))
            .Select(v => new StockChangedNotice(v.Sku, x.Product.Id, x.Available(v.Sku), x.Stock[v.Sku].Sequence))));
        // Of every product that changed, not only of stock that did: a product also comes back when it is published again.
        var buyable = known.Where(x => x.Product.Published)
            .SelectMany(x => x.Product.Variants.Where(v => x.Available(v.Sku) > 0)).Select(x => x.Sku);
        news.AddRange((await WaitingList.AwaitedOfAsync(session, [.. buyable], cancellation)).Select(x => new TellWaiting(x)));
        news.AddRange((await PriceAlertList.DueAsync(session, products, cancellation)).Select(x => new TellPriceDrop(x)));
        var available = known.Where(x => x.Product.Published).SelectMany(x => x.Product.Variants
            .Where(v => x.Stock.ContainsKey(v.Sku)).Select(v => (v.Sku, Available: x.Available(v.Sku))));
        news.AddRange(await LowStock.NoteAsync(
            session, available.ToDictionary(x => x.Sku, x => x.Available), lowStock, now, cancellation));
        if (products.Count == AnnounceChanges.Most || skus.Count == AnnounceChanges.Most) news.Add(new AnnounceChanges());
        return news;
    }

    // After a change of the product, its former slugs are dropped too. After a sale they are not: another product may have them now, and
    // must keep its cache.
    private static IEnumerable<string> NamesOf(Product product, bool changed) =>
        [$"{product.Id}", product.Slug, .. changed ? product.FormerSlugs : []];

    private static ProductPublishedNotice Published(ProductOnSale x, CategoryTree tree) => new ProductPublishedNotice(
        x.Product.Id, x.Product.Revision, x.Product.Slug, x.Product.Name, x.Product.Description, x.Product.Category, x.Product.Images,
        [
            .. x.Product.Variants.Select(v =>
                new PublishedVariant(v.Sku, v.Size, v.Colour, v.Price, v.CompareAtPrice, x.Available(v.Sku), v.Barcode)),
        ],
        x.Product.PublishedAt, tree.AncestorsOf(x.Product.Category), x.Product.Materials, tree.Version);

    // Skips rows that another node is announcing, instead of waiting for them.
    private static async Task<HashSet<T>> TakeAsync<T>(IDocumentSession session, string table, string column,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            delete from commerce.{table}
            where ctid = any (array(select ctid from commerce.{table} limit {AnnounceChanges.Most} for update skip locked))
            returning {column}
            """, session.Connection);
        HashSet<T> taken = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) taken.Add(await reader.GetFieldValueAsync<T>(0, cancellation));
        return taken;
    }
}
