using Microsoft.Extensions.Logging;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// One of several handlers of a context for one event. It gets the events from the group's listener; its address, and with it its
/// <c>processed_event</c> row and its dead letters, are its own.
/// </summary>
internal sealed class StreamPartListener(RedisStreamEndpoint endpoint, IWolverineRuntime runtime, IReceiver receiver)
    : StreamSettlement(endpoint.Uri, receiver, new(endpoint, runtime, runtime.LoggerFactory.CreateLogger<StreamPartListener>()))
{
    public override ValueTask StopAsync()
    {
        endpoint.Close();
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => StopAsync();
}
