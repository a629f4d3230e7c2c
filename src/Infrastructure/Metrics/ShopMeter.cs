using System.Diagnostics.Metrics;

namespace Aarya.Infrastructure.Metrics;

/// <summary>
/// Makes the program's counters and histograms. Name a metric as Prometheus shows it, without the suffix that the exporter adds:
/// <c>http_requests</c> becomes <c>http_requests_total</c>. <c>docs/metrics.md</c> lists all of them.
/// </summary>
/// <remarks>Give a label only a small, fixed set of values. Never use a value that a client sends.</remarks>
public static class ShopMeter
{
    /// <summary>The name of every meter of the program.</summary>
    public const string Name = "Aarya";

    // For static instruments. Instruments that read a service's state are made with IMeterFactory under the same name, so that they are
    // disposed of with the host.
    private static readonly Meter OfProcess = new(Name);

    /// <summary>Counts what happens; costs nothing while no one collects metrics.</summary>
    public static Counter<long> Counter(string name, string help) => OfProcess.CreateCounter<long>(name, unit: null, help);

    /// <summary>Measures durations in seconds, in these buckets.</summary>
    public static Histogram<double> Durations(string name, string help, IReadOnlyList<double> buckets) =>
        OfProcess.CreateHistogram(
            name, "s", help, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
