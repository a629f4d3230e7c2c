using System.Globalization;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>Counts the products of each value of one facet.</summary>
internal sealed class FacetCount(int values)
{
    private static readonly FilterValue[] Bands =
        [.. Enumerable.Range(0, PriceBands.Bounds.Count + 1).Select(x => new FilterValue(PriceBands.Name(x), x))];

    private static readonly FilterValue[] Reached =
        [.. Facets.Discounts.Select((x, i) => new FilterValue(x.ToString(CultureInfo.InvariantCulture), i))];

    private readonly int[] counts = new int[values];
    private readonly ShelvedProduct?[] last = new ShelvedProduct?[values];
    private readonly FilterValue?[] shown = new FilterValue?[values];

    public static FacetCount OfPrices() => new(Bands.Length);

    public static FacetCount OfReductions() => new(Reached.Length);

    /// <summary>The values of the facet of reductions that a reduction reaches.</summary>
    /// <param name="reduction">In ten-thousandths of the earlier price.</param>
    public static ReadOnlySpan<FilterValue> Reductions(int reduction)
    {
        var reached = 0;
        while (reached < Reached.Length && 100 * Facets.Discounts[reached] <= reduction) reached++;
        return Reached.AsSpan(0, reached);
    }

    /// <param name="price">In minor units.</param>
    public static FilterValue Band(long price)
    {
        var band = 0;
        while (band < PriceBands.Bounds.Count && PriceBands.Bounds[band] <= price) band++;
        return Bands[band];
    }

    /// <summary>Counts a product of this value, once for all its variants, which come one after another.</summary>
    public void Add(FilterValue value, ShelvedProduct product)
    {
        var at = value.Key;
        // Of several spellings the first in the order of characters is shown.
        if (shown[at] is not { } other || (!ReferenceEquals(other, value) && string.CompareOrdinal(value.Text, other.Text) < 0))
            shown[at] = value;
        if (ReferenceEquals(last[at], product)) return;
        last[at] = product;
        counts[at]++;
    }

    /// <summary>The values of the products that were counted.</summary>
    public IEnumerable<FacetValue> Values() =>
        Enumerable.Range(0, counts.Length).Where(x => counts[x] > 0).Select(x => new FacetValue(shown[x]!.Text, counts[x]));
}
