namespace Aarya.Features.Search.Engine;

/// <summary>The facets of a page, in the order in which they are shown.</summary>
internal static class Facets
{
    public const string Category = "category";
    public const string Material = "material";
    public const string Discount = "discount";
    public const string Stock = "stock";

    /// <summary>Those that an answer has only if the search asks for them, in their order.</summary>
    public static IReadOnlyList<string> More { get; } = [Material, Discount, Stock];

    private static readonly string[] Sizes = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL"];

    /// <param name="prices">In the order of <see cref="PriceBands"/>.</param>
    public static IReadOnlyList<Facet> Of(
        IEnumerable<FacetValue> categories, IEnumerable<FacetValue> sizes, IEnumerable<FacetValue> colours,
        IEnumerable<FacetValue> prices) =>
    [
        new(Category, ByCount(categories)), new("size", BySize(sizes)), new("colour", ByCount(colours)), new("price", [.. prices]),
    ];

    /// <param name="discounts">In the order of <see cref="Discounts"/>.</param>
    /// <param name="inStock">How many products have a variant in stock.</param>
    /// <remarks>What <paramref name="names"/> does not have is not counted.</remarks>
    public static IEnumerable<Facet> MoreOf(
        IReadOnlyList<string> names, Func<IEnumerable<FacetValue>> materials, Func<IEnumerable<FacetValue>> discounts, Func<int> inStock) =>
        names.Select(name => name switch
        {
            Material => new Facet(name, ByCount(materials())),
            Discount => new Facet(name, [.. discounts()]),
            _ => new Facet(name, inStock() is > 0 and var count ? [new("in_stock", count)] : []),
        });

    /// <summary>The values of the facet of reductions, each in percent: it counts what is reduced by as much or more.</summary>
    public static IReadOnlyList<int> Discounts { get; } = [10, 20, 30, 40, 50, 60, 70];

    private static IReadOnlyList<FacetValue> ByCount(IEnumerable<FacetValue> values) =>
        [.. values.OrderByDescending(x => x.Count).ThenBy(x => x.Value, StringComparer.Ordinal)];

    private static IReadOnlyList<FacetValue> BySize(IEnumerable<FacetValue> values) =>
    [
        .. values.OrderBy(x => Array.IndexOf(Sizes, x.Value) is >= 0 and var at ? at : Sizes.Length)
            .ThenBy(x => x.Value.Length).ThenBy(x => x.Value, StringComparer.Ordinal),
    ];
}
