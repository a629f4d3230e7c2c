using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Query;

namespace Aarya.Features.Search.Index;

/// <summary>Keeps the index at what the catalogue announces.</summary>
public static class ProductPublishedHandler
{
    public static Task Handle(ProductPublished published, ISearchEngine engine, CancellationToken cancellation) => engine.IndexAsync(
        [
            new(published.ProductId, published.Version, published.Slug, published.Name, published.Description, published.Category,
                published.Images is [var first, ..] ? first : "",
                [.. published.Variants.Select(x => new VariantDocument(x.Sku, x.Size, x.Colour, x.Price, x.CompareAtPrice, x.Available))],
                published.PublishedAt),
        ], cancellation);
}

public static class ProductWithdrawnHandler
{
    public static Task Handle(ProductWithdrawn withdrawn, ISearchEngine engine, CancellationToken cancellation) =>
        engine.WithdrawAsync(withdrawn.ProductId, withdrawn.Version, cancellation);
}

public static class StockChangedHandler
{
    public static Task Handle(StockChanged changed, ISearchEngine engine, CancellationToken cancellation) =>
        engine.SetStockAsync(changed.Sku, changed.Available, changed.Sequence, cancellation);
}
