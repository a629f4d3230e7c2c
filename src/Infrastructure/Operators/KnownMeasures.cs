namespace Aarya.Infrastructure.Operators;

/// <summary>All that the operators' page shows: the charts of the program itself, and those that the contexts add.</summary>
internal sealed class KnownMeasures
{
    private readonly HashSet<string> names;
    private readonly IReadOnlyList<Measure> measures;

    /// <param name="views">Those of all contexts, also of the contexts in other processes: every process measures what it can.</param>
    public KnownMeasures(IEnumerable<OperatorsView> views)
    {
        List<OperatorsView> all = [.. views, PlatformCharts.View];
        Figures = [.. all.SelectMany(x => x.Figures)];
        Charts = [.. all.SelectMany(x => x.Charts)];
        measures =
        [
            .. Figures.Select(x => x.Measure).Concat(Charts.SelectMany(x => x.Series).Select(x => x.Measure)).Append(PlatformCharts.Health)
                .DistinctBy(x => x.SampleName),
        ];
        names = measures.Select(x => x.ReadName).ToHashSet(StringComparer.Ordinal);
    }

    public IReadOnlyList<Figure> Figures { get; }

    public IReadOnlyList<Chart> Charts { get; }

    /// <summary>The numbers that these metrics are now, each under its key in a sample.</summary>
    /// <param name="text">In Prometheus's text format.</param>
    public (Dictionary<string, double> Counters, Dictionary<string, double> Gauges) Read(string text)
    {
        var lines = MetricLine.Of(text, names).ToLookup(x => x.Name, StringComparer.Ordinal);
        Dictionary<string, double> counters = new(StringComparer.Ordinal);
        Dictionary<string, double> gauges = new(StringComparer.Ordinal);
        foreach (var measure in measures)
        {
            var (name, numbers) = (measure.SampleName, measure.IsOfCounter ? counters : gauges);
            foreach (var line in lines[measure.ReadName].Where(measure.Matches))
            {
                var label = measure.Label is { } by ? line.Labels.GetValueOrDefault(by, "") : "";
                var key = KeyOf(name, label, measure.Kind == MeasureKind.Quantile ? line.Labels["le"] : "");
                numbers[key] = numbers.TryGetValue(key, out var other) ? measure.Aggregate(other, line.Value) : line.Value;
            }
        }

        return (counters, gauges);
    }

    /// <summary>The key in a sample.</summary>
    /// <param name="measure">The <see cref="Measure.SampleName"/>.</param>
    /// <param name="label">The value of the measure's label; empty when it has none.</param>
    /// <param name="bound">The upper bound of a histogram's bucket; empty for another measure.</param>
    public static string KeyOf(string measure, string label, string bound) => $"{measure}|{label}|{bound}";

    /// <summary>The key of the histogram's bucket that counts all values; null for a key that is not of a histogram.</summary>
    public static string? LastBucketOf(string key)
    {
        var bound = key.LastIndexOf('|') + 1;
        return bound < key.Length ? $"{key[..bound]}+Inf" : null;
    }
}
