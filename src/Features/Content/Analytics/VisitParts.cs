namespace Aarya.Features.Content.Analytics;

/// <summary>The counts of one source or kind of device, by their kinds.</summary>
public sealed record VisitPart(string Value, IReadOnlyDictionary<string, double> Sums);

/// <summary>The parts of a report that is divided by source or device.</summary>
public static class VisitParts
{
    private const int Most = 100;

    /// <summary>The parts with the most of these kinds, the first of which matters most; the rest is one part.</summary>
    public static List<VisitPart> Of(IReadOnlyDictionary<(string Value, string Kind), double> sums, params string[] order)
    {
        var parts = sums.GroupBy(x => x.Key.Value).Select(x => new VisitPart(x.Key, x.ToDictionary(y => y.Key.Kind, y => y.Value)))
            .OrderBy(x => x.Value == CountKinds.Others);
        foreach (var kind in order) parts = parts.ThenByDescending(x => x.Sums.GetValueOrDefault(kind));
        var ordered = parts.ThenBy(x => x.Value, StringComparer.Ordinal).ToList();
        var rest = ordered.Skip(Most - 1).ToList();
        if (rest.Count < 2) return ordered;
        var others = rest.SelectMany(x => x.Sums).GroupBy(x => x.Key).ToDictionary(x => x.Key, x => x.Sum(y => y.Value));
        return [.. ordered.Take(Most - 1), new(CountKinds.Others, others)];
    }
}
