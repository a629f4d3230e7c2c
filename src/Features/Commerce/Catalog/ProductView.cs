namespace Aarya.Features.Commerce.Catalog;

public sealed record VariantOptions(string Size, string Colour);

public sealed record VariantView(string Sku, VariantOptions Options, Money Price, Money? CompareAtPrice, int Available, string Image);

/// <summary>A product as a storefront shows it.</summary>
/// <param name="HsnCode">Its HSN code in the customs tariff, which determines its tax.</param>
/// <param name="Materials">What it is made of.</param>
public sealed record ProductView(
    Guid Id, string Slug, string Name, string Description, string Category, IReadOnlyList<string> Images,
    IReadOnlyList<VariantView> Variants, string HsnCode, IReadOnlyList<string> Materials)
{
    public static ProductView Of(Product product, Func<string, int> available) => new(
        product.Id, product.Slug, product.Name, product.Description, product.Category, product.Images,
        [
            .. product.Variants.Select(x =>
                new VariantView(x.Sku, new(x.Size, x.Colour), x.Price, x.CompareAtPrice, available(x.Sku), x.Image)),
        ],
        product.HsnCode, product.Materials);
}

public sealed record ProductPage(IReadOnlyList<ProductView> Items, string? NextCursor);
