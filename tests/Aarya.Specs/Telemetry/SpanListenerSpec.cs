using System.Diagnostics;
using Aarya.Infrastructure.Telemetry;
using Aarya.Infrastructure.Tracing;

namespace Aarya.Specs.Telemetry;

/// <summary>What is kept of spans, with a collector and without one.</summary>
public sealed class SpanListenerSpec : IDisposable
{
    // The listener is asked while the source is still being made.
    private const string Name = "SpanListenerSpec";

    private static readonly ActivitySource Source = new(Name);

    private readonly ActivityListener collector = new()
    {
        ShouldListenTo = x => x.Name == Name,
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
    };

    public SpanListenerSpec() => ActivitySource.AddActivityListener(collector);

    public void Dispose() => collector.Dispose();

    [Fact]
    public async Task the_message_of_an_exception_stays_out_of_a_span()
    {
        using var listener = new SpanListener(isCollected: true);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        using var span = Source.StartActivity("a statement")!;

        span.AddException(new InvalidOperationException("asha@private.example is not valid"));

        var tags = Assert.Single(span.Events).Tags.ToDictionary(x => x.Key, x => x.Value);
        Assert.Equal("System.InvalidOperationException", tags["exception.type"]);
        Assert.DoesNotContain(tags.Values, x => $"{x}".Contains("private", StringComparison.Ordinal));
    }

    [Fact]
    public void the_description_of_a_failed_span_is_removed()
    {
        using var renamed = new MessageSpans();
        using var span = Source.StartActivity("a statement")!;
        span.SetStatus(ActivityStatusCode.Error, "asha@private.example is not valid");

        renamed.OnEnd(span);

        Assert.Equal((ActivityStatusCode.Error, null), (span.Status, span.StatusDescription));
    }

    [Fact]
    public void without_a_collector_nothing_is_recorded_in_a_request()
    {
        // As the web server makes one, because logging is on.
        using var request = new Activity("a request").Start();

        Assert.True(request.IsAllDataRequested);
        Assert.False(ShopTraces.IsRecording);
    }
}
