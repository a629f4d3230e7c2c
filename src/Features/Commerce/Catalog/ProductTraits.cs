using System.Text.Json;
using Aarya.Infrastructure.Http;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>The traits of a product that staff may change, under the names that a refusal lists.</summary>
internal static class ProductTraits
{
    public static Dictionary<string, string> Of(Product product)
    {
        Dictionary<string, string> traits = new(StringComparer.Ordinal)
        {
            ["name"] = product.Name,
            ["description"] = product.Description,
            ["category"] = product.Category,
            ["materials"] = Json(product.Materials),
            ["hsnCode"] = product.HsnCode,
            ["slug"] = product.Slug,
            ["status"] = $"{product.Status}",
            // Drawn images follow from the other traits.
            ["images"] = Json(product.Images.Where(x => !DrawnImages.Has(x))),
            ["variants"] = Json(product.Variants.Select(x => x.Sku)),
        };
        foreach (var variant in product.Variants)
        {
            var name = $"variants[{variant.Sku}]";
            traits[$"{name}.options"] = Json(new[] { variant.Size, variant.Colour });
            traits[$"{name}.barcode"] = variant.Barcode;
            traits[$"{name}.price"] = Json(variant.Price);
            traits[$"{name}.compareAtPrice"] = Json(variant.CompareAtPrice);
            var isOwn = !DrawnImages.Has(variant.Image) && product.Images is [var first, ..] && first != variant.Image;
            traits[$"{name}.image"] = isOwn ? variant.Image : "";
        }

        return traits;
    }

    /// <summary>The names of the traits that differ, or exist only in one of the two.</summary>
    public static IReadOnlyList<string> Differing(Dictionary<string, string> was, Dictionary<string, string> now) =>
        [.. was.Keys.Union(now.Keys).Where(x => was.GetValueOrDefault(x) != now.GetValueOrDefault(x))];

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, AaryaJson.Options);
}
