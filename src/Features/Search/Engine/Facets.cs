namespace Aarya.Features.Search.Engine;

/// <summary>The facets of a page, in the order in which they are shown.</summary>
internal static class Facets
{
    public const string Category = "category";

    private static readonly string[] Sizes = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL"];

    /// <param name="prices">In the order of <see cref="PriceBands"/>.</param>
    public static IReadOnlyList<Facet> Of(
        IEnumerable<FacetValue> categories, IEnumerable<FacetValue> sizes, IEnumerable<FacetValue> colours,
        IEnumerable<FacetValue> prices) =>
    [
        new(Category, ByCount(categories)), new("size", BySize(sizes)), new("colour", ByCount(colours)), new("price", [.. prices]),
    ];

    private static IReadOnlyList<FacetValue> ByCount(IEnumerable<FacetValue> values) =>
        [.. values.OrderByDescending(x => x.Count).ThenBy(x => x.Value, StringComparer.Ordinal)];

    private static IReadOnlyList<FacetValue> BySize(IEnumerable<FacetValue> values) =>
    [
        .. values.OrderBy(x => Array.IndexOf(Sizes, x.Value) is >= 0 and var at ? at : Sizes.Length)
            .ThenBy(x => x.Value.Length).ThenBy(x => x.Value, StringComparer.Ordinal),
    ];
}
