using Aarya.Infrastructure.Messaging.Streams.Entries;
using Microsoft.Extensions.Logging;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// One group's listener of one stream. An entry is acknowledged when its effect is proven: committed together with its
/// <c>processed_event</c> row, committed earlier, or in the context's dead-letter table. That the pipeline completes a
/// message proves nothing: it does so even when a retry could not be written. Every other entry stays pending and is tried
/// again, by this process, by the same node after a restart, or by another node that claims it.
/// </summary>
internal sealed class RedisStreamListener : StreamSettlement, IReportConnectionState
{
    private readonly StreamLanes lanes;
    private readonly StreamReader reader;

    public RedisStreamListener(RedisStreamEndpoint endpoint, IWolverineRuntime runtime, IReceiver receiver)
        : this(endpoint, runtime, receiver, runtime.LoggerFactory.CreateLogger<RedisStreamListener>())
    {
    }

    private RedisStreamListener(RedisStreamEndpoint endpoint, IWolverineRuntime runtime, IReceiver receiver, ILogger log)
        : this(endpoint, receiver, new StreamDeadLetters(endpoint, runtime, log), log)
    {
    }

    private RedisStreamListener(RedisStreamEndpoint endpoint, IReceiver receiver, StreamDeadLetters deadLetters, ILogger log)
        : base(endpoint.Uri, receiver, deadLetters)
    {
        var options = endpoint.Transport.Options;
        var group = new StreamGroup(endpoint.Key, endpoint.Group!, options.Node, options.Batch);
        lanes = new StreamLanes(endpoint, group, deadLetters, HandleAsync, log);
        reader = new StreamReader(endpoint, group, lanes, log);
    }

    public TransportConnectionState ConnectionState =>
        reader.IsConnected ? TransportConnectionState.Connected : TransportConnectionState.Disconnected;

    public void Start()
    {
        lanes.Start();
        reader.Start();
    }

    public override async ValueTask StopAsync()
    {
        await reader.StopAsync();
        await lanes.StopAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await lanes.DisposeAsync();
    }
}
