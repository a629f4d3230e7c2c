using System.Diagnostics;
using System.Globalization;
using System.Text;
using Aarya.Infrastructure.Tracing;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// What is counted of the requests of one service, method and path. Counting takes no lock: with the counters of OpenTelemetry, which lock
/// each series, a shop at its limit answered a fifth fewer product reads.
/// </summary>
internal sealed class RequestSeries(string service, string method, string path, TimeProvider time)
{
    /// <summary>The metric of all requests.</summary>
    public const string Requests = "http_requests_total";

    /// <summary>The metric of their time.</summary>
    public const string Durations = "http_request_duration_seconds";

    // Seconds; up to the longest that a request may take.
    private static readonly double[] Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    // Prometheus sees no increase in the first number of a series: failures begin at zero, before the first one.
    private static readonly HashSet<int> Failures = [500, 502, 503, 504];

    private readonly long[] byStatus = new long[600];
    private readonly long[] byBucket = new long[Buckets.Length + 1];
    private readonly Exemplar?[] exemplars = new Exemplar?[Buckets.Length + 1];
    private readonly string labels = $"service=\"{service}\",method=\"{method}\",path=\"{Escaped(path)}\"";
    private long ticks;

    /// <param name="status">From 0 to 599.</param>
    /// <param name="took">Null for a request that has no duration.</param>
    public void Count(int status, TimeSpan? took)
    {
        Interlocked.Increment(ref byStatus[status]);
        if (took is not { } spent) return;
        Interlocked.Add(ref ticks, spent.Ticks);
        var bucket = 0;
        while (bucket < Buckets.Length && spent.TotalSeconds > Buckets[bucket]) bucket++;
        Interlocked.Increment(ref byBucket[bucket]);
        if (ShopTraces.IsRecording && Activity.Current is { Recorded: true } span)
            Volatile.Write(ref exemplars[bucket], new(span.TraceId, spent.TotalSeconds, time.GetUtcNow()));
    }

    /// <summary>Writes the numbers of all series as Prometheus reads them.</summary>
    /// <param name="withExemplars">Name a trace per bucket, which only OpenMetrics allows.</param>
    public static void Write(StringBuilder text, IReadOnlyCollection<RequestSeries> all, bool withExemplars)
    {
        text.Append("# TYPE ").Append(Requests).Append(" counter\n# HELP ").Append(Requests)
            .Append(" Requests that have ended, by status; 499 if the client closed the connection first.\n");
        foreach (var series in all) series.WriteCounts(text);
        text.Append("# TYPE ").Append(Durations).Append(" histogram\n# HELP ").Append(Durations)
            .Append(" Time from a request's arrival to the end of its answer.\n");
        foreach (var series in all) series.WriteDurations(text, withExemplars);
    }

    private void WriteCounts(StringBuilder text)
    {
        for (var status = 0; status < byStatus.Length; status++)
        {
            var count = Interlocked.Read(ref byStatus[status]);
            if (count > 0 || Failures.Contains(status))
                text.Append(CultureInfo.InvariantCulture, $"{Requests}{{{labels},status=\"{status}\"}} {count}\n");
        }
    }

    private void WriteDurations(StringBuilder text, bool withExemplars)
    {
        long count = 0;
        for (var i = 0; i < byBucket.Length; i++)
        {
            count += Interlocked.Read(ref byBucket[i]);
            var bound = i < Buckets.Length ? Buckets[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{Durations}_bucket{{{labels},le=\"{bound}\"}} {count}");
            if (withExemplars && Volatile.Read(ref exemplars[i]) is { } exemplar) exemplar.Write(text);
            text.Append('\n');
        }

        var sum = (double)Interlocked.Read(ref ticks) / TimeSpan.TicksPerSecond;
        text.Append(CultureInfo.InvariantCulture, $"{Durations}_sum{{{labels}}} {sum}\n{Durations}_count{{{labels}}} {count}\n");
    }

    private sealed record Exemplar(ActivityTraceId Trace, double Seconds, DateTimeOffset At)
    {
        public void Write(StringBuilder text) => text.Append(CultureInfo.InvariantCulture,
            $" # {{trace_id=\"{Trace}\"}} {Seconds} {At.ToUnixTimeMilliseconds() / 1000.0}");
    }

    private static string Escaped(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
