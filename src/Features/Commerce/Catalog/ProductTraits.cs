using System.Text.Json;
using Aarya.Features.Commerce.Catalog.Pictures;
using Aarya.Infrastructure.Http;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>What there is about a product that staff may change, by the words that a refusal names it by.</summary>
internal static class ProductTraits
{
    public static Dictionary<string, string> Of(Product product)
    {
        Dictionary<string, string> traits = new(StringComparer.Ordinal)
        {
            ["name"] = product.Name,
            ["description"] = product.Description,
            ["category"] = product.Category,
            ["slug"] = product.Slug,
            ["status"] = $"{product.Status}",
            // What the shop draws follows from the rest.
            ["images"] = Json(product.Images.Where(x => !Picture.IsDrawn(x))),
            ["variants"] = Json(product.Variants.Select(x => x.Sku)),
        };
        foreach (var variant in product.Variants)
        {
            var name = $"variants[{variant.Sku}]";
            traits[$"{name}.options"] = Json(new[] { variant.Size, variant.Colour });
            traits[$"{name}.price"] = Json(variant.Price);
            traits[$"{name}.compareAtPrice"] = Json(variant.CompareAtPrice);
            var isOwn = !Picture.IsDrawn(variant.Image) && product.Images is [var first, ..] && first != variant.Image;
            traits[$"{name}.image"] = isOwn ? variant.Image : "";
        }

        return traits;
    }

    /// <summary>The names of what is not the same, or not there, in both.</summary>
    public static IReadOnlyList<string> Differing(Dictionary<string, string> was, Dictionary<string, string> now) =>
        [.. was.Keys.Union(now.Keys).Where(x => was.GetValueOrDefault(x) != now.GetValueOrDefault(x))];

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, AaryaJson.Options);
}
