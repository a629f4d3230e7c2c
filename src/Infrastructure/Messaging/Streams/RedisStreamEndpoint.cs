using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wolverine;
using Wolverine.Configuration;
using Wolverine.Runtime;
using Wolverine.Transports;
using Wolverine.Transports.Sending;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>An event that a group reads.</summary>
/// <param name="MessageType">The context's own name for it.</param>
/// <param name="Parts">The endpoint of each handler, if the context has several handlers for it; else empty.</param>
/// <param name="Rebuilding">The names of the handlers with <see cref="RebuildsAttribute"/>.</param>
internal sealed record StreamEvent(string MessageType, IReadOnlyList<RedisStreamEndpoint> Parts, IReadOnlyList<string> Rebuilding);

/// <summary>
/// A stream that is published to, a group that reads one, or a part of a group: one of several handlers of a context for one event. A part
/// reads nothing itself: the group's listener passes the events on.
/// </summary>
public sealed class RedisStreamEndpoint : Endpoint
{
    // While Redis does not answer, further messages wait in the outbox until OutboxStaleTime passes them to the durability agent.
    private const int HeldInMemory = 10_000;

    private TaskCompletionSource<StreamPartListener> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RedisStreamEndpoint(Uri uri, RedisStreamsTransport transport) : base(uri, EndpointRole.Application)
    {
        Transport = transport;
        var parts = uri.AbsolutePath.Trim('/').Split('/');
        Stream = parts[0];
        Group = parts.ElementAtOrDefault(1);
        Handler = parts.ElementAtOrDefault(2);
        BrokerRole = "stream";
        Mode = Group is null ? EndpointMode.Durable : EndpointMode.Inline;
        if (Group is null) OutgoingRules.Add(new EventKey());
        DefaultSerializer = transport.Serializer;
        MessageBatchTimeout = TimeSpan.FromMilliseconds(10);
        MaximumEnvelopeRetryStorage = HeldInMemory;
    }

    public string Stream { get; }

    public string? Group { get; }

    /// <summary>The handler's class, for a part of a group.</summary>
    public string? Handler { get; }

    internal RedisStreamsTransport Transport { get; }

    /// <summary>The cap of the stream; null when it has none.</summary>
    internal StreamPolicy? Policy => Transport.Policies.GetValueOrDefault(Stream);

    internal RedisKey Key => Transport.Keys.Stream(Stream);

    /// <summary>The events that the group's context reads, by their names on the wire.</summary>
    internal IReadOnlyDictionary<string, StreamEvent> Events { get; set; } = new Dictionary<string, StreamEvent>();

    /// <summary>The names on the wire of all events that any context of this program publishes or reads.</summary>
    internal IReadOnlySet<string> Declared { get; set; } = new HashSet<string>();

    /// <summary>The namespace of the group's context.</summary>
    internal string Namespace { get; set; } = "";

    /// <summary>The store of the group's context, which stores its dead letters.</summary>
    internal Type? StoreType { get; set; }

    /// <summary>Null when it is an event that the group's context does not read.</summary>
    /// <param name="readAt">The <see cref="Environment.TickCount64"/> before the entry was read.</param>
    internal StreamDelivery? Deliver(string entry, NameValueEntry[] fields, bool again, long readAt) =>
        EntryFields.TypeOf(fields) is { } wire && Events.TryGetValue(wire, out var read)
            ? new StreamDelivery(entry, fields, read, EntryFields.IdOf(Stream, entry, fields), again, new(readAt))
            : null;

    /// <summary>
    /// The event, if no context of this program declares it: a newer version published it, or an older one. Else null.
    /// </summary>
    internal StreamDelivery? Unknown(string entry, NameValueEntry[] fields) =>
        EntryFields.TypeOf(fields) is { } wire && !Declared.Contains(wire)
            ? new StreamDelivery(
                entry, fields, new(MessageNaming.InContext(Namespace, wire), [], []), EntryFields.IdOf(Stream, entry, fields), again: true,
                new(Environment.TickCount64))
            : null;

    /// <summary>Passes an event to the part's handler; waits until Wolverine has opened the part.</summary>
    internal async Task HandleAsync(Envelope envelope, CancellationToken cancellation) =>
        await (await opened.Task.WaitAsync(cancellation)).HandleAsync(envelope);

    /// <summary>The part is stopped, and may be opened again.</summary>
    internal void Close() => opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override bool supportsMode(EndpointMode mode) => Group is null ? mode is EndpointMode.Durable : mode is EndpointMode.Inline;

    public override ValueTask<IListener> BuildListenerAsync(IWolverineRuntime runtime, IReceiver receiver)
    {
        if (Handler is not null)
        {
            var part = new StreamPartListener(this, runtime, receiver);
            opened.TrySetResult(part);
            return new(part);
        }

        var listener = new RedisStreamListener(this, runtime, receiver);
        listener.Start();
        return new(listener);
    }

    protected override ISender CreateSender(IWolverineRuntime runtime)
    {
        if (Handler is not null) return new StreamPartSender(Uri);
        var log = runtime.LoggerFactory.CreateLogger<RedisStreamSender>();
        return new BatchedSender(this, new RedisStreamSender(this, log), runtime.DurabilitySettings.Cancellation, log);
    }
}
