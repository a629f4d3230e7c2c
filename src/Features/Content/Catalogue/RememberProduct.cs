using Aarya.Features.Content.Contracts;
using Marten;

namespace Aarya.Features.Content.Catalogue;

/// <summary>Remembers a product that the catalogue has published.</summary>
public static class RememberProductHandler
{
    public static void Handle(ProductPublishedNotice published, IDocumentSession session) => KnownProduct.Remember(
        session,
        [new(published.ProductId, published.Version, published.Name, published.Category, [.. published.Variants.Select(x => x.Sku)])]);
}
