using Aarya.Features.Commerce.Inventory;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <param name="OnHand">Pieces in stock.</param>
/// <param name="Reserved">How many of them are reserved, such as for unpaid orders.</param>
public sealed record WholeVariantView(
    string Sku, VariantOptions Options, Money Price, Money? CompareAtPrice, string Image, int OnHand, int Reserved, int Available,
    string Barcode);

/// <summary>A product as staff see it, on sale or not.</summary>
/// <param name="PublishedAt">When it was put on sale last; absent for a draft.</param>
/// <param name="Etag">To change the product, send it in <c>If-Match</c>.</param>
public sealed record WholeProductView(
    Guid Id, string Slug, string Name, string Description, string Category, ProductStatus Status, IReadOnlyList<string> Images,
    IReadOnlyList<WholeVariantView> Variants, DateTimeOffset? PublishedAt, DateTimeOffset UpdatedAt, string HsnCode,
    IReadOnlyList<string> Materials, string Etag)
{
    public static WholeProductView Of(Product product, IReadOnlyDictionary<string, StockLevel> stock) => new(
        product.Id, product.Slug, product.Name, product.Description, product.Category, product.Status, product.Images,
        [.. product.Variants.Select(x => Of(x, stock.GetValueOrDefault(x.Sku)))],
        product.Status == ProductStatus.Draft ? null : product.PublishedAt, product.UpdatedAt, product.HsnCode, product.Materials,
        ProductTag.Of(product));

    private static WholeVariantView Of(Variant x, StockLevel? level) => new(
        x.Sku, new(x.Size, x.Colour), x.Price, x.CompareAtPrice, x.Image, level?.OnHand ?? 0, level?.Reserved ?? 0, level?.Available ?? 0,
        x.Barcode);
}
