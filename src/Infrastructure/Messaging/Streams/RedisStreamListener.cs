using Aarya.Infrastructure.Outages;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// One group's listener of one stream. An entry is acknowledged when its effect is proven: committed together with its
/// <c>processed_event</c> row, committed earlier, or in the context's dead-letter table. That the pipeline completes a
/// message proves nothing: it does so even when a retry could not be written. Every other entry stays pending and is tried
/// again, by this process, by the same node after a restart, or by another node that claims it.
/// </summary>
internal sealed class RedisStreamListener : IListener, ISupportDeadLetterQueue, ISupportNativeScheduling, IReportConnectionState
{
    private readonly IReceiver receiver;
    private readonly StreamLanes lanes;
    private readonly StreamReader reader;

    public RedisStreamListener(RedisStreamEndpoint endpoint, IWolverineRuntime runtime, IReceiver receiver)
    {
        this.receiver = receiver;
        var log = runtime.LoggerFactory.CreateLogger<RedisStreamListener>();
        var options = endpoint.Transport.Options;
        var group = new StreamGroup(endpoint.Key, endpoint.Group!, options.Node, options.Batch);
        lanes = new StreamLanes(endpoint, group, runtime.Stores.FindAncillaryStore(endpoint.StoreType!),
            x => receiver.ReceivedAsync(this, x), log);
        reader = new StreamReader(endpoint, group, lanes, log);
        Address = endpoint.Uri;
    }

    public Uri Address { get; }

    public IHandlerPipeline? Pipeline => receiver.Pipeline;

    public TransportConnectionState ConnectionState =>
        reader.IsConnected ? TransportConnectionState.Connected : TransportConnectionState.Disconnected;

    public bool NativeSchedulingEnabled => true;

    public bool NativeDeadLetterQueueEnabled => true;

    public void Start()
    {
        lanes.Start();
        reader.Start();
    }

    public ValueTask CompleteAsync(Envelope envelope)
    {
        if (envelope.RoutingInformation is StreamDelivery delivery) delivery.Completed = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask DeferAsync(Envelope envelope)
    {
        if (envelope.RoutingInformation is StreamDelivery delivery) delivery.Deferred = true;
        return ValueTask.CompletedTask;
    }

    public Task MoveToScheduledUntilAsync(Envelope envelope, DateTimeOffset time)
    {
        if (envelope.RoutingInformation is StreamDelivery delivery) delivery.RetryAt = time;
        return Task.CompletedTask;
    }

    public async Task MoveToErrorsAsync(Envelope envelope, Exception exception)
    {
        // A failure after the commit, such as while sending the handler's messages, is not a failure of the event.
        if (envelope.RoutingInformation is not StreamDelivery delivery || delivery.Proven) return;
        delivery.Error = exception;
        if (Outage.IsOfMessage(exception))
            throw new DeadLetterMoveFailedException("What the handler needs does not answer; the event stays pending.", exception);
        try
        {
            await lanes.StoreDeadLetterAsync(envelope, exception);
            delivery.Proven = true;
        }
        catch (Exception e)
        {
            throw new DeadLetterMoveFailedException("The dead-letter table cannot be written; the event stays pending.", e);
        }
    }

    public async ValueTask StopAsync()
    {
        await reader.StopAsync();
        await lanes.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await lanes.DisposeAsync();
    }
}
