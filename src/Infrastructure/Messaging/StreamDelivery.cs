using StackExchange.Redis;
using Wolverine;

namespace Aarya.Infrastructure.Messaging;

/// <summary>One entry of a stream on its way through a group; it travels with the envelope and collects what is known about it.</summary>
/// <param name="entry">Its place in the stream.</param>
/// <param name="fields">What the publisher wrote.</param>
/// <param name="messageType">The context's own name for the event.</param>
/// <param name="eventId">The publisher's id, by which a duplicate is known.</param>
/// <param name="again">It was delivered before, here or to a consumer that died.</param>
internal sealed class StreamDelivery(string entry, NameValueEntry[] fields, string messageType, Guid eventId, bool again)
{
    public string Entry { get; } = entry;

    public bool Again { get; } = again;

    /// <summary>The handler's transaction began.</summary>
    public bool Began { get; set; }

    /// <summary>The pipeline said that it is done, which is no proof of anything.</summary>
    public bool Completed { get; set; }

    /// <summary>The pipeline gave it back, as it does when the program stops.</summary>
    public bool Deferred { get; set; }

    /// <summary>The effect is committed, was committed earlier, or the event is in the dead-letter table.</summary>
    public bool Proven { get; set; }

    /// <summary>The handler asked to be called again then.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>Why the attempt failed.</summary>
    public Exception? Error { get; set; }

    /// <summary>May the entry be acknowledged? A handler that began and then stopped without an error found nothing to do.</summary>
    public bool IsSettled => Proven || (Completed && Began && Error is null && RetryAt is null);

    public void BeginAttempt()
    {
        Began = Completed = Deferred = false;
        RetryAt = null;
        Error = null;
    }

    /// <summary>A fresh envelope for every attempt: one that has been through the pipeline keeps traces of it.</summary>
    public Envelope Open()
    {
        var envelope = StreamEntry.Read(fields, messageType);
        envelope.Id = eventId;
        envelope.RoutingInformation = this;
        return envelope;
    }

    /// <summary>Events of one key share a lane.</summary>
    public int LaneOf(int lanes) =>
        (int)((StreamEntry.KeyOf(fields) ?? Entry).Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619)) % (uint)lanes);
}
