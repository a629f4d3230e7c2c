using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// How full the streams are, and how far their groups have read them. Every process shows all of them: the group of a context that has
/// ended must be seen by the others. Asked every ten seconds; while Redis does not answer, the numbers are absent.
/// </summary>
internal sealed class StreamMetrics : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly StreamHistory history;
    private readonly StreamPolicies policies;
    private volatile Seen[] seen = [];

    public StreamMetrics(
        StreamHistory history, StreamPolicies policies, IMeterFactory meters, TimeProvider time, ILogger<StreamMetrics> log)
        : base(time, log)
    {
        (this.history, this.policies) = (history, policies);
        var meter = meters.Create(ShopMeter.Name);
        meter.CreateObservableGauge("stream_consumer_lag", () => OfGroups(x => x.Lag), unit: null,
            $"Entries of a stream that a group has not acknowledged, up to {StreamHistory.MostLag} unread ones.");
        meter.CreateObservableGauge("aarya_stream_oldest_unacknowledged_seconds", () => OfGroups(x => x.Age), unit: null,
            "Age of the oldest entry that a group has not acknowledged; 0 when there is none.");
        meter.CreateObservableGauge("aarya_stream_entries", () => OfStreams(x => x.Status.Length), unit: null, "Entries of a stream.");
        meter.CreateObservableGauge("aarya_stream_cap", () => OfStreams(x => x.Status.Cap), unit: null,
            "The most entries that a stream keeps once nobody needs them.");
        meter.CreateObservableGauge("aarya_stream_bytes", () => OfStreams(x => x.Status.Bytes), unit: null,
            "Memory that a stream takes in Redis, estimated.");
        meter.CreateObservableCounter("aarya_stream_lost_events", () => OfStreams(x => x.Lost), unit: null,
            "Events of visitors that were left out because the stream was full or Redis did not answer.");
    }

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        try
        {
            seen = [.. await Task.WhenAll(policies.All.Select(SeeAsync))];
        }
        catch
        {
            seen = [];
            throw;
        }

        return Interval;
    }

    // The age is that of the reading: what was handled a moment later must not seem to wait until the next one.
    private async Task<Seen> SeeAsync(StreamPolicy policy)
    {
        var status = await history.StatusAsync(policy, StreamHistory.MostLag);
        var now = Time.GetUtcNow();
        var groups = status.Groups.Select(x =>
            new SeenGroup(x.Name, x.Pending + x.Unread, x.OldestAt is { } at ? Math.Max(0, (now - at).TotalSeconds) : 0));
        return new(policy, status, [.. groups], policy.IsCounted ? await LostAsync(policy.Name) : null);
    }

    // Each part of a divided stream counts for itself.
    private async Task<double> LostAsync(string stream) =>
        (await Task.WhenAll(policies.Parts.Where(x => x.Name == stream).Select(history.LostAsync))).Sum();

    private IEnumerable<Measurement<double>> OfGroups(Func<SeenGroup, double> value) => seen.SelectMany(x => x.Groups.Select(y =>
        new Measurement<double>(value(y), Stream(x), new KeyValuePair<string, object?>("consumer_group", y.Name))));

    private IEnumerable<Measurement<double>> OfStreams(Func<Seen, double?> value) =>
        from stream in seen
        let number = value(stream)
        where number is not null
        select new Measurement<double>(number.Value, Stream(stream));

    private static KeyValuePair<string, object?> Stream(Seen stream) => new("stream", stream.Policy.Name);

    private sealed record SeenGroup(string Name, long Lag, double Age);

    // Lost: null for a stream that loses nothing.
    private sealed record Seen(StreamPolicy Policy, StreamStatus Status, IReadOnlyList<SeenGroup> Groups, double? Lost);
}
