using System.Security.Cryptography;
using System.Text;

namespace Aarya.Infrastructure.Operators;

/// <summary>
/// A query of the operators' page: a metric of docs/metrics.md, the series that it selects, and how their values become one. The names of
/// the functions are those of PromQL.
/// </summary>
public sealed record Measure
{
    private string? sampleName;

    private Measure(MeasureKind kind, string metric, (string Label, string Value)[] filter)
    {
        Kind = kind;
        Metric = metric;
        Filter = filter;
    }

    internal MeasureKind Kind { get; }

    /// <summary>As Prometheus shows it, with the ending of its kind but for the parts of a histogram.</summary>
    internal string Metric { get; }

    /// <summary>The labels that a series must have. A value may end with <c>*</c>: any ending; after <c>!</c> it excludes.</summary>
    internal IReadOnlyList<(string Label, string Value)> Filter { get; }

    /// <summary>The label with a line of its own per value; null for one line.</summary>
    internal string? Label { get; private init; }

    /// <summary>The quantile of a histogram, from 0 to 1.</summary>
    internal double Fraction { get; private init; }

    /// <summary>True when each process has a line of its own.</summary>
    internal bool IsPerProcess { get; private init; }

    /// <summary>The increase of a counter per second: the sum of all series and processes.</summary>
    public static Measure Rate(string counter, params (string Label, string Value)[] filter) => new(MeasureKind.Rate, counter, filter);

    /// <summary>The highest value of a gauge: for what all processes of a role read from the same tables.</summary>
    public static Measure Max(string gauge, params (string Label, string Value)[] filter) => new(MeasureKind.Max, gauge, filter);

    /// <summary>The sum of a gauge over all series and processes: for what each process has of its own.</summary>
    public static Measure Sum(string gauge, params (string Label, string Value)[] filter) => new(MeasureKind.Sum, gauge, filter);

    /// <summary>
    /// A quantile of a histogram, interpolated as by
    /// <see href="https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile">histogram_quantile</see>.
    /// </summary>
    /// <param name="fraction">From 0 to 1.</param>
    /// <param name="histogram">Without the ending of its parts.</param>
    public static Measure Quantile(double fraction, string histogram, params (string Label, string Value)[] filter) =>
        new(MeasureKind.Quantile, histogram, filter) { Fraction = fraction };

    /// <summary>The same with a line per value of this label.</summary>
    public Measure By(string label) => this with { Label = label, sampleName = null };

    /// <summary>The same with a line per process.</summary>
    public Measure PerProcess() => this with { IsPerProcess = true };

    /// <summary>The name of the metric in the text format.</summary>
    internal string ReadName => Kind == MeasureKind.Quantile ? $"{Metric}_bucket" : Metric;

    /// <summary>True for what only grows while its process runs.</summary>
    internal bool IsOfCounter => Kind is MeasureKind.Rate or MeasureKind.Quantile;

    /// <summary>
    /// The name of its values in a sample: short, because every value carries it, and the same in all processes and releases. Quantiles of
    /// one histogram share their values.
    /// </summary>
    internal string SampleName =>
        sampleName ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Described)))[..8];

    /// <summary>What <see cref="SampleName"/> stands for.</summary>
    internal string Described => $"{(IsOfCounter ? "" : $"{Kind} ")}{ReadName} {string.Join(',', Filter)} {Label}";

    internal bool Matches(MetricLine line) => Filter.All(x => line.Labels.TryGetValue(x.Label, out var value)
        && (x.Value.StartsWith('!') ? value != x.Value[1..]
            : x.Value.EndsWith('*') ? value.StartsWith(x.Value[..^1], StringComparison.Ordinal) : value == x.Value));

    internal double Aggregate(double one, double other) => Kind == MeasureKind.Max ? Math.Max(one, other) : one + other;
}

internal enum MeasureKind
{
    Rate,
    Max,
    Sum,
    Quantile,
}
