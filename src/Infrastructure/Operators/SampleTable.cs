using System.Globalization;

namespace Aarya.Infrastructure.Operators;

/// <summary>The values of all samples of an hour, by the measure that they belong to.</summary>
internal sealed class SampleTable
{
    private const int MostLines = 12;

    private readonly Dictionary<string, List<Cell>> cells = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool[]> isSampled = new(StringComparer.Ordinal);

    /// <param name="first">The first slot.</param>
    public SampleTable(long first, IReadOnlyList<ProcessSamples> all)
    {
        foreach (var (process, taken, _) in all)
        {
            var own = isSampled[process.Id] = new bool[Sample.Kept];
            foreach (var sample in taken.Where(x => x.Slot >= first && x.Slot < first + Sample.Kept))
            {
                var slot = (int)(sample.Slot - first);
                own[slot] = true;
                foreach (var value in sample.Parts)
                {
                    if (!cells.TryGetValue(value.Measure, out var known)) cells[value.Measure] = known = [];
                    known.Add(new(process.Id, slot, sample.Elapsed, value));
                }
            }
        }
    }

    /// <summary>
    /// The lines of a series, sorted by name. A series with labels has at most 12 lines: those with the highest values. A series without
    /// labels has one line.
    /// </summary>
    public IReadOnlyList<Line> LinesOf(Series series)
    {
        var measure = series.Measure;
        var found = CellsOf(measure);
        var isDivided = measure.Label is not null || measure.IsPerProcess;
        if (!isDivided) return [new(series.Name, ValuesOf(measure, found))];
        return
        [
            .. found.GroupBy(x => measure.IsPerProcess ? x.Process : x.Of.Label)
                .Select(x => new Line(series.Name.Length == 0 ? x.Key : $"{series.Name} {x.Key}", ValuesOf(measure, [.. x])))
                .OrderByDescending(x => x.Values.Max() ?? 0).ThenBy(x => x.Name, StringComparer.Ordinal).Take(MostLines)
                .OrderBy(x => x.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>How much a counter has grown in the hour; null without any sample.</summary>
    public double? GrowthOf(Measure counter) =>
        isSampled.Values.Any(x => x.Contains(true)) ? Math.Round(CellsOf(counter).Sum(x => x.Of.Value)) : null;

    private List<Cell> CellsOf(Measure measure) => cells.GetValueOrDefault(measure.SampleName, []);

    private double?[] ValuesOf(Measure measure, List<Cell> found)
    {
        var values = new double?[Sample.Kept];
        if (measure.Kind == MeasureKind.Quantile)
        {
            foreach (var slot in found.GroupBy(x => x.Slot)) values[slot.Key] = QuantileOf(measure, slot);
            return values;
        }

        if (measure.Kind == MeasureKind.Rate)
        {
            // What did not grow is left out of a sample, of a process that has this counter.
            var processes = found.Count == 0 ? isSampled.Keys : found.Select(x => x.Process).Distinct();
            foreach (var process in processes)
            {
                for (var i = 0; i < values.Length; i++)
                {
                    if (isSampled[process][i]) values[i] = 0;
                }
            }
        }

        foreach (var cell in found)
        {
            var value = measure.Kind == MeasureKind.Rate ? cell.Of.Value / cell.Elapsed : cell.Of.Value;
            values[cell.Slot] = values[cell.Slot] is { } other ? measure.Aggregate(other, value) : value;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value) values[i] = Math.Round(value, 4);
        }

        return values;
    }

    private static double? QuantileOf(Measure measure, IEnumerable<Cell> slot)
    {
        var buckets = slot.GroupBy(x => x.Of.Bound).Select(x => (Bound: BoundOf(x.Key), Count: x.Sum(y => y.Of.Value)))
            .OrderBy(x => x.Bound).ToList();
        // Each bucket counts those below it, too.
        var wanted = measure.Fraction * buckets[^1].Count;
        var (below, before) = (0.0, 0.0);
        foreach (var (bound, count) in buckets)
        {
            if (count >= wanted && count > 0)
                return double.IsInfinity(bound) ? below : below + ((bound - below) * (wanted - before) / (count - before));
            (below, before) = (bound, count);
        }

        return null;
    }

    private static double BoundOf(string bound) =>
        bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture);

    private sealed record Cell(string Process, int Slot, double Elapsed, SampledValue Of);
}
