using Aarya.Infrastructure.Outages;
using Wolverine;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// Records what the pipeline reports about an entry of a stream; the group's lanes decide by it. A message that is no entry comes from the
/// inbox of the context: a dead letter or an event that is replayed.
/// </summary>
internal abstract class StreamSettlement(Uri address, IReceiver receiver, StreamDeadLetters deadLetters)
    : IListener, ISupportDeadLetterQueue, ISupportNativeScheduling
{
    public Uri Address { get; } = address;

    public IHandlerPipeline? Pipeline => receiver.Pipeline;

    public bool NativeSchedulingEnabled => true;

    public bool NativeDeadLetterQueueEnabled => true;

    public ValueTask HandleAsync(Envelope envelope) => receiver.ReceivedAsync(this, envelope);

    public async ValueTask CompleteAsync(Envelope envelope)
    {
        if (envelope.RoutingInformation is StreamDelivery delivery) delivery.Completed = true;
        // The runtime does this in the store of its first context only; the row would be handled again after every restart.
        else await deadLetters.Store.Inbox.MarkIncomingEnvelopeAsHandledAsync(envelope);
    }

    public async ValueTask DeferAsync(Envelope envelope)
    {
        if (envelope.RoutingInformation is StreamDelivery delivery) delivery.Deferred = true;
        // Another node, or this one after its restart, takes it.
        else await deadLetters.Store.ReassignIncomingAsync(TransportConstants.AnyNode, [envelope]);
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
            await deadLetters.StoreAsync(envelope, exception);
            delivery.Proven = true;
        }
        catch (Exception e)
        {
            throw new DeadLetterMoveFailedException("The dead-letter table cannot be written; the event stays pending.", e);
        }
    }

    public abstract ValueTask StopAsync();

    public abstract ValueTask DisposeAsync();
}
