using Wolverine;
using Wolverine.Transports.Sending;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>Wolverine builds a sender for every endpoint with a handler of its own; a part of a group only receives.</summary>
internal sealed class StreamPartSender(Uri destination) : ISender
{
    public bool SupportsNativeScheduledSend => false;

    public Uri Destination { get; } = destination;

    public Task<bool> PingAsync() => Task.FromResult(true);

    public ValueTask SendAsync(Envelope envelope) =>
        throw new InvalidOperationException($"{Destination} gets events from its stream only: publish them to the stream.");
}
