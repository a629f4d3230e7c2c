using Aarya.Infrastructure.Messaging.Streams.Entries;
using StackExchange.Redis;
using Wolverine;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>One entry of a stream while a group handles it; it is attached to the envelope and records the state of the handling.</summary>
/// <param name="entry">The entry's id in the stream.</param>
/// <param name="fields">What the publisher wrote.</param>
/// <param name="read">The event as the context reads it.</param>
/// <param name="eventId">The publisher's id, which identifies duplicates.</param>
/// <param name="again">True when it was delivered before, here or to a consumer that died.</param>
/// <param name="hold">Whether this process still holds the entry; all handlers of the entry share it.</param>
internal sealed class StreamDelivery(string entry, NameValueEntry[] fields, StreamEvent read, Guid eventId, bool again, StreamHold hold)
{
    public string Entry { get; } = entry;

    public bool Again { get; } = again;

    /// <summary>The endpoint of each handler, if the context has several handlers for the event; else empty.</summary>
    public IReadOnlyList<RedisStreamEndpoint> Parts => read.Parts;

    /// <summary>True when the handler may be given the event again, see <see cref="RebuildsAttribute"/>.</summary>
    /// <param name="handler">Null for the only one.</param>
    public bool IsRebuiltBy(string? handler) => handler is null ? read.Rebuilding.Count > 0 : read.Rebuilding.Contains(handler);

    /// <summary>Whether this process still holds the entry; all handlers of the entry share it.</summary>
    public StreamHold Hold { get; } = hold;

    /// <summary>The same entry for one of several handlers: the state of the handling is its own.</summary>
    public StreamDelivery ForPart() => new(Entry, fields, read, eventId, Again, Hold);

    /// <summary>True when the handler's transaction has begun.</summary>
    public bool Began { get; set; }

    /// <summary>True when the pipeline has reported that it is done, which proves nothing.</summary>
    public bool Completed { get; set; }

    /// <summary>True when the pipeline has returned it unhandled, as when the program stops.</summary>
    public bool Deferred { get; set; }

    /// <summary>True when the effect is committed, now or earlier, or the event is in the dead-letter table.</summary>
    public bool Proven { get; set; }

    /// <summary>When the handler is to be called again, if a retry was scheduled.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>Why the attempt failed.</summary>
    public Exception? Error { get; set; }

    /// <summary>True when the entry may be acknowledged. A handler that began and stopped without an error had nothing to do.</summary>
    public bool IsSettled => Proven || (Completed && Began && Error is null && RetryAt is null);

    public void BeginAttempt()
    {
        Began = Completed = Deferred = false;
        RetryAt = null;
        Error = null;
    }

    /// <summary>The publisher's id, which identifies duplicates.</summary>
    public Guid EventId => eventId;

    /// <summary>The event's name on the wire.</summary>
    public string Type => EntryFields.TypeOf(fields) ?? "";

    /// <summary>Where the publisher's trace goes on: a <c>traceparent</c>, or null.</summary>
    public string? Trace => EntryFields.TraceOf(fields);

    /// <summary>A new envelope for every attempt: the pipeline leaves state in a used one.</summary>
    /// <param name="trace">The <c>traceparent</c> of the attempt; null to keep the publisher's.</param>
    public Envelope Open(string? trace = null)
    {
        var envelope = EntryFields.Read(fields, read.MessageType);
        if (trace is not null) envelope.ParentId = trace;
        envelope.Id = eventId;
        envelope.RoutingInformation = this;
        return envelope;
    }

    /// <summary>The lane of the event; events with the same key share one.</summary>
    public int LaneOf(int lanes) =>
        (int)((EntryFields.KeyOf(fields) ?? Entry).Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619)) % (uint)lanes);
}
