using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;

namespace Aarya.Features.Search.Index;

/// <summary>Indexes a product that the catalogue has published.</summary>
public static class IndexPublishedProductHandler
{
    public static Task Handle(ProductPublishedNotice published, ProductIndex index, CancellationToken cancellation) => index.IndexAsync(
        [
            new(published.ProductId, published.Version, published.Slug, published.Name, published.Description, published.Category,
                published.Images is [var first, ..] ? first : "",
                [
                    .. published.Variants.Select(x =>
                        new VariantDocument(x.Sku, x.Size, x.Colour, x.Price, x.CompareAtPrice, x.Available, x.Barcode)),
                ],
                published.PublishedAt)
            {
                Ancestors = published.Ancestors,
                TreeVersion = published.TreeVersion ?? 0,
                Materials = published.Materials,
            },
        ], cancellation);
}
