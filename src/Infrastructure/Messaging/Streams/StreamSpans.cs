using System.Diagnostics;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>The attributes of the spans of streams, by OpenTelemetry's conventions for messaging.</summary>
internal static class StreamSpans
{
    /// <param name="operation"><c>send</c> or <c>process</c>.</param>
    /// <param name="type">The event's name on the wire.</param>
    /// <param name="id">The publisher's id of the event.</param>
    public static void Describe(Activity span, RedisStreamEndpoint endpoint, string operation, string type, Guid id)
    {
        span.SetTag("messaging.system", "redis");
        span.SetTag("messaging.operation.name", operation);
        span.SetTag("messaging.operation.type", operation);
        span.SetTag("messaging.destination.name", endpoint.Stream);
        span.SetTag("messaging.message.id", id.ToString());
        span.SetTag("aarya.event", type);
        if (endpoint.Group is { } group) span.SetTag("messaging.consumer.group.name", group);
    }
}
