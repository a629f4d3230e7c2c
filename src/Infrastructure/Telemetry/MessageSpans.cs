using System.Diagnostics;
using OpenTelemetry;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Renames the spans and attributes of Wolverine, which follow an older version, to OpenTelemetry's current conventions for messaging.
/// </summary>
internal sealed class MessageSpans : BaseProcessor<Activity>
{
    /// <summary>The source of Wolverine's spans.</summary>
    public const string SourceName = "Wolverine";

    private static readonly (string Old, string New)[] Renamed =
    [
        ("messaging.message_id", "messaging.message.id"),
        ("messaging.message_payload_size_bytes", "messaging.message.body.size"),
    ];

    // Wolverine's internal ids, and names of classes.
    private static readonly string[] LeftOut =
    [
        "messaging.conversation_id", "messaging.message_type", "messaging.destination", "message.handler", "wolverine.stream.type",
        "wolverine.stream.id", "wolverine.saga.id", "wolverine.saga.type", "handler.type", "tenant.id",
    ];

    public override void OnEnd(Activity data)
    {
        // Npgsql writes the message of the exception into it.
        if (data.StatusDescription is not null) data.SetStatus(data.Status);
        if (data.Source.Name != SourceName)
        {
            // The runtime also writes into the span of a request.
            foreach (var name in LeftOut) data.SetTag(name, null);
            return;
        }

        var queue = data.GetTagItem("messaging.destination")?.ToString() is { } address ? QueueOf(address) : null;
        var message = data.GetTagItem("messaging.message_type") as string;
        var isHandling = data.OperationName == message;
        if (data.GetTagItem("handler.type") is string handler) data.SetTag("code.function.name", handler);
        foreach (var (old, renamed) in Renamed)
        {
            if (data.GetTagItem(old) is not { } value) continue;
            data.SetTag(renamed, value);
            data.SetTag(old, null);
        }

        foreach (var name in LeftOut) data.SetTag(name, null);
        if (message is null) return;
        var operation = isHandling ? "process" : data.OperationName;
        data.SetTag("messaging.system", "wolverine");
        data.SetTag("messaging.operation.name", operation);
        data.SetTag("messaging.operation.type", operation);
        if (queue is not null) data.SetTag("messaging.destination.name", queue);
        data.DisplayName = $"{operation} {Short(message)}";
    }

    // An event keeps its name on the wire: "commerce.order_placed.v1".
    private static string Short(string message) =>
        message.StartsWith("Aarya.", StringComparison.Ordinal) ? message[(message.LastIndexOf('.') + 1)..] : message;

    // "local://queue/", "redis-stream://stream/group".
    private static string QueueOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) ? $"{uri.Host}{uri.AbsolutePath.TrimEnd('/')}" : address;
}
