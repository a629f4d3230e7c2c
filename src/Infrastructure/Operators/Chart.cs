using Aarya.Infrastructure.Telemetry;

namespace Aarya.Infrastructure.Operators;

/// <summary>The unit of a figure or a chart.</summary>
public enum Unit
{
    Count,
    PerSecond,
    Seconds,
    Bytes,
    Cores,
    Rupees,
}

/// <summary>A series of a chart.</summary>
/// <param name="Name">Its name in the legend; for a measure with a line per label, what comes before the label's value.</param>
public sealed record Series(string Name, Measure Measure);

/// <summary>A chart of the last hour on the operators' page.</summary>
/// <param name="Group">The heading that it is under.</param>
/// <param name="About">What it shows, in one sentence.</param>
public sealed record Chart(string Group, string Title, Unit Unit, string About, IReadOnlyList<Series> Series)
{
    private static readonly string[] Classes = ["2", "3", "4", "5"];

    private static readonly int[] Percentiles = [50, 95, 99];

    /// <summary>Requests per second by the class of their status.</summary>
    /// <param name="of">The labels of the requests.</param>
    public static Chart Requests(string group, string title, string about, params (string Label, string Value)[] of) =>
        new(group, title, Unit.PerSecond, about,
            [.. Classes.Select(x => new Series($"{x}xx", RequestRate($"{x}*", of)))]);

    /// <summary>The p50, p95 and p99 of a histogram of seconds.</summary>
    /// <param name="of">The labels of its series.</param>
    public static Chart Latency(string group, string title, string about, string histogram, params (string Label, string Value)[] of) =>
        new(group, title, Unit.Seconds, about,
            [.. Percentiles.Select(x => new Series($"p{x}", Measure.Quantile(x / 100.0, histogram, of)))]);

    /// <summary>Requests per second.</summary>
    /// <param name="status">A status, or the beginning of several and <c>*</c>.</param>
    /// <param name="of">The labels of the requests.</param>
    public static Measure RequestRate(string status, params (string Label, string Value)[] of) =>
        Measure.Rate(RequestSeries.Requests, [.. of, ("status", status)]);

    /// <summary>A quantile of the time from a request's arrival to the end of its answer.</summary>
    /// <param name="of">The labels of the requests.</param>
    public static Measure RequestTime(double fraction, params (string Label, string Value)[] of) =>
        Measure.Quantile(fraction, RequestSeries.Durations, of);

    /// <inheritdoc cref="RequestTime"/>
    public static Chart RequestLatency(string group, string title, string about, params (string Label, string Value)[] of) =>
        Latency(group, title, about, RequestSeries.Durations, of);
}

/// <summary>A number of the operators' page.</summary>
/// <param name="BadFrom">The figure is red from this value on; null for never.</param>
public sealed record Figure(string Title, Unit Unit, Measure Measure, double? BadFrom = null)
{
    /// <summary>True: the increase of a counter over the last hour. False: the newest value.</summary>
    public bool IsOfLastHour { get; init; }
}

/// <summary>What a context adds to the operators' page.</summary>
public sealed record OperatorsView(IReadOnlyList<Figure> Figures, IReadOnlyList<Chart> Charts)
{
    /// <summary>Nothing.</summary>
    public static OperatorsView None { get; } = new([], []);
}
