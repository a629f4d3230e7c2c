using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;
using Aarya.Protos.Commerce;

namespace Aarya.Features.Search.Index;

/// <summary>Fills the index from the catalogue itself, page by page, while events keep arriving: newer data stays.</summary>
public sealed class Refill(ProductIndex index, Protos.Commerce.Commerce.CommerceClient commerce)
{
    private const int PageSize = 200;

    /// <summary>Indexes one page.</summary>
    /// <param name="since">When the refill began.</param>
    /// <param name="cursor">Empty for the first page.</param>
    /// <returns>Where the next page begins, empty after the last, and how many products this one had.</returns>
    public async Task<(string Next, int Products)> PageAsync(DateTimeOffset since, string cursor, CancellationToken cancellation)
    {
        var page = await commerce.ListProductsAsync(
            new() { Cursor = cursor, Limit = PageSize, WithWithdrawn = true }, cancellationToken: cancellation);
        var onSale = page.Items.Where(x => !x.Withdrawn).ToList();
        await index.IndexAsync([.. onSale.Select(Document)], cancellation, since);
        await index.RefreshStockAsync(
            [
                .. onSale.SelectMany(x => x.Variants).DistinctBy(x => x.Sku)
                    .Select(x => new StockDocument(x.Sku, x.Available, x.HasSequence ? x.Sequence : null)),
            ], since, cancellation);
        await index.SetVersionsAsync(
            page.Items.Where(x => x.Withdrawn).ToDictionary(x => Guid.Parse(x.Id), x => x.Version), since, cancellation);
        return (page.NextCursor, onSale.Count);
    }

    private static ProductDocument Document(Product x) => new(
        Guid.Parse(x.Id), x.Version, x.Slug, x.Name, x.Description, x.Category, x.Images is [var first, ..] ? first : "",
        [
            .. x.Variants.Select(y =>
                new VariantDocument(y.Sku, y.Size, y.Colour, Money.From(y.Price),
                    y.CompareAtPrice is null ? null : Money.From(y.CompareAtPrice), y.Available,
                    x.HasTreeVersion || y.Barcode.Length > 0 ? y.Barcode : null))],
        x.HasPublishedAtUnixUs ? DateTimeOffset.UnixEpoch.AddMicroseconds(x.PublishedAtUnixUs) : null)
    {
        // A catalogue of an older program may send none of them: that is not the same as an empty list.
        Ancestors = x.HasTreeVersion || x.Ancestors.Count > 0 ? [.. x.Ancestors] : null,
        TreeVersion = x.TreeVersion,
        Materials = x.HasTreeVersion || x.Materials.Count > 0 ? [.. x.Materials] : null,
    };
}
