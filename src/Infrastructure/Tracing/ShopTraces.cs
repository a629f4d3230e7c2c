using System.Diagnostics;
using System.Text.Json;

namespace Aarya.Infrastructure.Tracing;

/// <summary>
/// The spans that the program starts itself; libraries start those of HTTP, SQL and calls between processes. <c>docs/traces.md</c> lists
/// all of them. Without a collector the spans only carry the trace id, for the log.
/// </summary>
/// <remarks>Never give a span personal data or a secret: no address, name, number, token or content.</remarks>
public static class ShopTraces
{
    /// <summary>The name of the source of these spans.</summary>
    public const string SourceName = "Aarya";

    private const string Prefix = "aarya.";
    private const string Suffix = ".id";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>True when this process sends its spans to a collector.</summary>
    public static bool IsCollected { get; internal set; }

    /// <summary>
    /// True while the spans of the present request or handler are collected. A background loop belongs to no trace: when a request has
    /// started the loop, the span of the request has ended.
    /// </summary>
    public static bool IsRecording => IsCollected && Activity.Current is { IsStopped: false, IsAllDataRequested: true };

    /// <summary>Starts a span in the current trace; null if nothing listens to this source, as in commands and specs.</summary>
    public static Activity? Start(string name, ActivityKind kind) => Source.StartActivity(name, kind);

    /// <summary>Starts a span in the trace that a message carries, or in a new trace; null if nothing listens to this source.</summary>
    /// <param name="parent">A <c>traceparent</c> (W3C Trace Context), or null.</param>
    public static Activity? Start(string name, ActivityKind kind, string? parent)
    {
        if (!Source.HasListeners()) return null;
        if (ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var context))
            return Source.StartActivity(name, kind, context);
        // Else the span would continue the trace of the loop that reads the messages.
        Activity.Current = null;
        return Source.StartActivity(name, kind);
    }

    /// <summary>The attribute with the id of a thing: <c>aarya.order.id</c> for the member <c>OrderId</c>.</summary>
    /// <param name="member">A member of a message; its name ends with "Id".</param>
    public static string IdAttributeOf(string member) => $"{Prefix}{JsonNamingPolicy.SnakeCaseLower.ConvertName(member[..^2])}{Suffix}";

    /// <summary>The ids on the span, or else on the nearest span around it that has some.</summary>
    public static IEnumerable<(string Name, string Id)> IdsOf(Activity span)
    {
        for (var around = span; around is not null; around = around.Parent)
        {
            var ids = around.TagObjects
                .Where(x => x.Key.StartsWith(Prefix, StringComparison.Ordinal) && x.Key.EndsWith(Suffix, StringComparison.Ordinal))
                .Select(x => (x.Key, $"{x.Value}")).ToList();
            if (ids.Count > 0) return ids;
        }

        return [];
    }

    /// <summary>Marks a span as failed, with the type of the exception. Its message stays out: it may quote what a person sent.</summary>
    public static void Fail(this Activity? span, Exception cause)
    {
        span?.SetTag("error.type", cause.GetType().FullName);
        span?.SetStatus(ActivityStatusCode.Error);
    }
}
