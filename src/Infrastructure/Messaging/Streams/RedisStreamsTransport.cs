using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using JasperFx.Core;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wolverine.Configuration;
using Wolverine.Runtime;
using Wolverine.Runtime.Serialization;
using Wolverine.Transports;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// Redis Streams as a transport of Wolverine. It sends from the durable outbox, so nothing is lost between commit and
/// publish; a listener acknowledges only what is proven to be committed (<see cref="RedisStreamListener"/>).
/// </summary>
public sealed class RedisStreamsTransport() : TransportBase<RedisStreamEndpoint>(Scheme, "Redis Streams", ["redis"]), IAsyncDisposable
{
    public const string Scheme = "redis-stream";

    private readonly LightweightCache<Uri, RedisStreamEndpoint> endpointsByUri = new();
    private Lazy<Task<ConnectionMultiplexer>>? commands;
    private string? url;

    public RedisStreamsOptions Options { get; } = new();

    /// <summary>The serializer of every endpoint that is created from now on.</summary>
    internal IMessageSerializer? Serializer { get; set; }

    internal RedisKeys Keys { get; private set; } = RedisKeys.OfOneBucket;

    /// <summary>The caps of the streams that have one, by their names.</summary>
    internal IReadOnlyDictionary<string, StreamPolicy> Policies { get; set; } = new Dictionary<string, StreamPolicy>();

    // One endpoint object per direction: each has a single mode, and a publisher is durable while a listener is inline.
    internal static Uri Outgoing(string stream) => new($"{Scheme}://stream/{stream}");

    /// <param name="handler">One of several handlers of the context for one event; null for the group itself.</param>
    internal static Uri Incoming(string stream, string group, string? handler = null) =>
        new($"{Scheme}://stream/{stream}/{group}{(handler is null ? "" : $"/{handler}")}");

    /// <summary>The group of an incoming address, and the handler if the address is that of one of several.</summary>
    internal static (string Group, string? Handler) ReaderOf(Uri address) =>
        (address.Segments[2].TrimEnd('/'), address.Segments.ElementAtOrDefault(3));

    protected override IEnumerable<RedisStreamEndpoint> endpoints() => endpointsByUri;

    protected override RedisStreamEndpoint findEndpointByUri(Uri uri)
    {
        if (!endpointsByUri.TryFind(uri, out var found)) endpointsByUri[uri] = found = new RedisStreamEndpoint(uri, this);
        return found;
    }

    /// <summary>None: streams carry events, which get no answer.</summary>
    public override Endpoint? ReplyEndpoint() => null;

    public override ValueTask InitializeAsync(IWolverineRuntime runtime)
    {
        var connections = runtime.Services.GetRequiredService<RedisConnections>();
        (url, Keys) = (connections.StateUrl, connections.Keys);
        // Connects on first use, so that a host whose transports are stubbed needs no Redis.
        commands = new(() => ConnectionMultiplexer.ConnectAsync(OptionsFor(RedisConnections.NameOfStreams)));
        foreach (var endpoint in endpointsByUri) endpoint.Compile(runtime);
        return ValueTask.CompletedTask;
    }

    /// <summary>For commands that do not block.</summary>
    internal async ValueTask<RedisDatabase> CommandsAsync() => new((await commands!.Value).GetDatabase());

    /// <summary>A separate connection for a listener: a blocking read delays every other command on its connection.</summary>
    internal Task<ConnectionMultiplexer> ConnectReaderAsync(string name)
    {
        var options = OptionsFor(name);
        options.AsyncTimeout = (int)(Options.Block + TimeSpan.FromSeconds(3)).TotalMilliseconds;
        return ConnectionMultiplexer.ConnectAsync(options);
    }

    // RESP3 needs no second connection for subscriptions, and there are none here.
    private ConfigurationOptions OptionsFor(string name)
    {
        var options = RedisConnections.OptionsFor(url, name, failFast: true);
        options.Protocol = RedisProtocol.Resp3;
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        if (commands is { IsValueCreated: true }) await (await commands.Value).DisposeAsync();
    }
}
