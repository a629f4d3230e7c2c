using System.Diagnostics.Metrics;

namespace Aarya.Infrastructure.Metrics;

/// <summary>
/// Where the program counts and measures. A metric has the name that Prometheus shows, without the ending that Prometheus gives its kind:
/// <c>http_requests</c> becomes <c>http_requests_total</c>. <c>docs/metrics.md</c> lists all of them.
/// </summary>
/// <remarks>What a label may be is bounded: a label never has a value that a client chooses.</remarks>
public static class ShopMeter
{
    /// <summary>The name of every meter of the program.</summary>
    public const string Name = "Aarya";

    // Those of one host are made by IMeterFactory, under the same name: they end with it.
    private static readonly Meter OfProcess = new(Name);

    /// <summary>Counts what happens; costs nothing while no one collects metrics.</summary>
    public static Counter<long> Counter(string name, string help) => OfProcess.CreateCounter<long>(name, unit: null, help);

    /// <summary>Measures durations in seconds, in these buckets.</summary>
    public static Histogram<double> Durations(string name, string help, IReadOnlyList<double> buckets) =>
        OfProcess.CreateHistogram(
            name, "s", help, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
