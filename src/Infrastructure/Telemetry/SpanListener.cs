using System.Diagnostics;
using Aarya.Infrastructure.Tracing;
using Aarya.Infrastructure.Workers;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Keeps the trace of a request from message to message although no spans are collected, so that the log of a handler has its id. Keeps
/// the messages of exceptions out of spans: they may quote what a person sent. The log has them.
/// </summary>
/// <param name="isCollected">Whether spans are collected.</param>
internal sealed class SpanListener(bool isCollected) : StartStep, IDisposable
{
    private readonly ActivityListener propagating = new()
    {
        ShouldListenTo = static x => x.Name is ShopTraces.SourceName or MessageSpans.SourceName,
        // A call within the process, and one to another system, has the trace of its caller without a span of its own.
        Sample = static (ref ActivityCreationOptions<ActivityContext> x) =>
            x.Source.Name == ShopTraces.SourceName && x.Kind is ActivityKind.Internal or ActivityKind.Client
                ? ActivitySamplingResult.None
                : ActivitySamplingResult.PropagationData,
    };

    private readonly ActivityListener redacting = new() { ShouldListenTo = static _ => true, ExceptionRecorder = Redact };

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        ActivitySource.AddActivityListener(propagating);
        if (isCollected) ActivitySource.AddActivityListener(redacting);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        propagating.Dispose();
        redacting.Dispose();
    }

    private static void Redact(Activity span, Exception exception, ref TagList tags)
    {
        tags.Add("exception.message", "See the log.");
        tags.Add("exception.stacktrace", exception.StackTrace ?? "");
    }
}
