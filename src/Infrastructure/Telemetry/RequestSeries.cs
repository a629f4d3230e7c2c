using System.Diagnostics;
using System.Globalization;
using System.Text;
using Aarya.Infrastructure.Tracing;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// What is counted of the requests of one service, method and path. Counting takes no lock, and each core has numbers of its own: with the
/// counters of OpenTelemetry, which lock each series, a shop at its limit answered a fifth fewer product reads.
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

    private static readonly long[] Bounds = [.. Buckets.Select(x => (long)(x * Stopwatch.Frequency))];

    // One per core; above 16 cores some share one, because each takes memory in every series.
    private static readonly int Parts = Math.Min(Environment.ProcessorCount, 16);

    private readonly Part?[] parts = new Part?[Parts];
    private readonly Exemplar?[] exemplars = new Exemplar?[Buckets.Length + 1];
    private readonly string labels = $"service=\"{service}\",method=\"{method}\",path=\"{Escaped(path)}\"";

    /// <summary>Counts a request that has no duration.</summary>
    /// <param name="status">From 0 to 599.</param>
    public void Count(int status) => Interlocked.Increment(ref PartOfCore().OfStatus(status));

    /// <summary>Counts a request.</summary>
    /// <param name="status">From 0 to 599.</param>
    /// <param name="took">In ticks of <see cref="Stopwatch"/>.</param>
    public void Count(int status, long took)
    {
        var part = PartOfCore();
        Interlocked.Increment(ref part.OfStatus(status));
        Interlocked.Add(ref part.Took, took);
        var bucket = 0;
        while (bucket < Bounds.Length && took > Bounds[bucket]) bucket++;
        Interlocked.Increment(ref part.ByBucket[bucket]);
        if (ShopTraces.IsRecording && Activity.Current is { Recorded: true } span)
            Volatile.Write(ref exemplars[bucket], new(span.TraceId, (double)took / Stopwatch.Frequency, time.GetUtcNow()));
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
        for (var first = 0; first < Part.Statuses; first += Part.Class)
        {
            var seen = parts.Select(x => x?.OfClass(first)).OfType<long[]>().ToList();
            for (var i = 0; i < Part.Class; i++)
            {
                var count = seen.Sum(x => Interlocked.Read(ref x[i]));
                if (count > 0 || Failures.Contains(first + i))
                    text.Append(CultureInfo.InvariantCulture, $"{Requests}{{{labels},status=\"{first + i}\"}} {count}\n");
            }
        }
    }

    private void WriteDurations(StringBuilder text, bool withExemplars)
    {
        long count = 0;
        for (var i = 0; i <= Buckets.Length; i++)
        {
            count += parts.Sum(x => x is null ? 0 : Interlocked.Read(ref x.ByBucket[i]));
            var bound = i < Buckets.Length ? Buckets[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{Durations}_bucket{{{labels},le=\"{bound}\"}} {count}");
            if (withExemplars && Volatile.Read(ref exemplars[i]) is { } exemplar) exemplar.Write(text);
            text.Append('\n');
        }

        var sum = (double)parts.Sum(x => x is null ? 0 : Interlocked.Read(ref x.Took)) / Stopwatch.Frequency;
        text.Append(CultureInfo.InvariantCulture, $"{Durations}_sum{{{labels}}} {sum}\n{Durations}_count{{{labels}}} {count}\n");
    }

    private Part PartOfCore()
    {
        ref var part = ref parts[Thread.GetCurrentProcessorId() % Parts];
        return Volatile.Read(ref part) ?? Interlocked.CompareExchange(ref part, new(), null) ?? part!;
    }

    // What one core has counted. A thread may move to another core meanwhile, so each number is changed as if others did, too.
    private sealed class Part
    {
        public const int Statuses = 600;

        public const int Class = 100;

        // 2xx in one array, 4xx in another: most series have one or two.
        private readonly long[]?[] byStatus = new long[]?[Statuses / Class];

        public long Took;

        public long[] ByBucket { get; } = new long[Buckets.Length + 1];

        public ref long OfStatus(int status)
        {
            ref var counts = ref byStatus[status / Class];
            var own = Volatile.Read(ref counts) ?? Interlocked.CompareExchange(ref counts, new long[Class], null) ?? counts!;
            return ref own[status % Class];
        }

        public long[]? OfClass(int status) => Volatile.Read(ref byStatus[status / Class]);
    }

    private sealed record Exemplar(ActivityTraceId Trace, double Seconds, DateTimeOffset At)
    {
        public void Write(StringBuilder text) => text.Append(CultureInfo.InvariantCulture,
            $" # {{trace_id=\"{Trace}\"}} {Seconds} {At.ToUnixTimeMilliseconds() / 1000.0}");
    }

    private static string Escaped(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
