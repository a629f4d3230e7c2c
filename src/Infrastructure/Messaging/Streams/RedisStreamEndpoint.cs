using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wolverine.Configuration;
using Wolverine.Runtime;
using Wolverine.Transports;
using Wolverine.Transports.Sending;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>A stream that is published to, or a group that reads one.</summary>
public sealed class RedisStreamEndpoint : Endpoint
{
    // While Redis does not answer, further messages wait in the outbox until OutboxStaleTime passes them to the durability agent.
    private const int HeldInMemory = 10_000;

    internal RedisStreamEndpoint(Uri uri, RedisStreamsTransport transport) : base(uri, EndpointRole.Application)
    {
        Transport = transport;
        var parts = uri.AbsolutePath.Trim('/').Split('/');
        Stream = parts[0];
        Group = parts.ElementAtOrDefault(1);
        BrokerRole = "stream";
        Mode = Group is null ? EndpointMode.Durable : EndpointMode.Inline;
        if (Group is null) OutgoingRules.Add(new EventKey());
        DefaultSerializer = transport.Serializer;
        MessageBatchTimeout = TimeSpan.FromMilliseconds(10);
        MaximumEnvelopeRetryStorage = HeldInMemory;
    }

    public string Stream { get; }

    public string? Group { get; }

    internal RedisStreamsTransport Transport { get; }

    internal RedisKey Key => RedisKeys.Stream(Stream);

    /// <summary>The events that the group's context reads: the name on the wire, and the context's own name for it.</summary>
    internal IReadOnlyDictionary<string, string> Events { get; set; } = new Dictionary<string, string>();

    /// <summary>The store of the group's context, which stores its dead letters.</summary>
    internal Type? StoreType { get; set; }

    /// <summary>Null when it is an event that the group's context does not read.</summary>
    internal StreamDelivery? Deliver(string entry, NameValueEntry[] fields, bool again) =>
        StreamEntry.TypeOf(fields) is { } wire && Events.TryGetValue(wire, out var messageType)
            ? new StreamDelivery(entry, fields, messageType, StreamEntry.IdOf(Stream, entry, fields), again)
            : null;

    protected override bool supportsMode(EndpointMode mode) => Group is null ? mode is EndpointMode.Durable : mode is EndpointMode.Inline;

    public override ValueTask<IListener> BuildListenerAsync(IWolverineRuntime runtime, IReceiver receiver)
    {
        var listener = new RedisStreamListener(this, runtime, receiver);
        listener.Start();
        return new(listener);
    }

    protected override ISender CreateSender(IWolverineRuntime runtime)
    {
        var log = runtime.LoggerFactory.CreateLogger<RedisStreamSender>();
        return new BatchedSender(this, new RedisStreamSender(this, log), runtime.DurabilitySettings.Cancellation, log);
    }
}
