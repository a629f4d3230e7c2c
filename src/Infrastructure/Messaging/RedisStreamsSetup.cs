using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Wolverine;
using Wolverine.Configuration;
using Wolverine.Util;

namespace Aarya.Infrastructure.Messaging;

public static class RedisStreamsSetup
{
    /// <summary>Publishes and reads the events that the hosted contexts declare by <see cref="WireEventAttribute"/>.</summary>
    /// <param name="policies">The caps of the streams.</param>
    public static void UseRedisStreams(this WolverineOptions wolverine, ActiveContexts contexts, StreamPolicies policies,
        IConfiguration configuration, Sealer sealer)
    {
        WolverineMessageNaming.InsertFirst<MessageNaming>();
        var transport = wolverine.Transports.GetOrCreate<RedisStreamsTransport>();
        transport.Serializer = StreamJson.SerializerFor(sealer);
        transport.Policies = policies.All.ToDictionary(x => x.Name, StringComparer.Ordinal);
        transport.Options.Node = NodeName.From(configuration);

        var events = WireEvent.Of(contexts.Active);
        var declared = WireEvent.Of(contexts.Active.Concat(contexts.Dormant)).Select(x => x.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var published in events.Where(x => !x.IsRead))
            wolverine.Publish(x => x.Message(published.Record).ToRedisStream(published.Stream));
        foreach (var listened in events.Where(x => x.IsRead).GroupBy(x => (x.Context, x.Stream)))
        {
            var endpoint = wolverine.Listener(listened.Key.Stream, listened.Key.Context.Role);
            endpoint.StoreType = listened.Key.Context.StoreType;
            endpoint.Declared = declared;
            endpoint.Namespace = listened.Key.Context.Namespace;
            endpoint.Events = listened.ToDictionary(x => x.Name, x => new StreamEvent(
                x.Record.ToMessageTypeName(), wolverine.PartsOf(x),
                [.. x.Handlers().Where(y => y.IsDefined(typeof(RebuildsAttribute), false)).Select(y => y.Name)]));
        }

        wolverine.Policies.Add(new WireEventPolicy(events));
    }

    /// <summary>Sends these messages to a stream, through the outbox of the context that publishes them.</summary>
    public static ISubscriberConfiguration ToRedisStream(this IPublishToExpression publish, string stream) =>
        publish.To(RedisStreamsTransport.Outgoing(stream));

    // Wolverine calls one handler per message type and endpoint, so each of several handlers gets an endpoint of its own.
    private static IReadOnlyList<RedisStreamEndpoint> PartsOf(this WolverineOptions wolverine, WireEvent read)
    {
        var handlers = read.Handlers();
        return handlers.Count < 2 ? [] : [.. handlers.Select(handler =>
        {
            var part = wolverine.Listener(read.Stream, read.Context.Role, handler.Name);
            part.StoreType = read.Context.StoreType;
            if (!part.StickyHandlers.Contains(handler)) part.StickyHandlers.Add(handler);
            return part;
        })];
    }

    private static RedisStreamEndpoint Listener(this WolverineOptions wolverine, string stream, string group, string? handler = null)
    {
        var endpoint = (RedisStreamEndpoint)wolverine.Transports.GetOrCreate<RedisStreamsTransport>()
            .GetOrCreateEndpoint(RedisStreamsTransport.Incoming(stream, group, handler));
        endpoint.IsListener = true;
        return endpoint;
    }
}
