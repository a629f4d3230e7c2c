using System.Globalization;

namespace Aarya.Features.Search.Engine;

/// <summary>The price ranges that shoppers choose from, in minor units; written as <c>from-to</c>, the values to filter by.</summary>
public static class PriceBands
{
    public static IReadOnlyList<long> Bounds { get; } = [50_000, 100_000, 200_000, 500_000];

    /// <param name="band">0 below the first bound, and so on.</param>
    public static string Name(int band)
    {
        var from = band == 0 ? 0 : Bounds[band - 1];
        var to = band < Bounds.Count ? (Bounds[band] - 1).ToString(CultureInfo.InvariantCulture) : "";
        return string.Create(CultureInfo.InvariantCulture, $"{from}-{to}");
    }
}
