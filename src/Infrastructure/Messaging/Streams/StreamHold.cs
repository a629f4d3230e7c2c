namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>What this process knows of its hold on an entry.</summary>
/// <param name="readAt">The <see cref="Environment.TickCount64"/> before the entry was read.</param>
internal sealed class StreamHold(long readAt)
{
    /// <summary>
    /// When this process last showed Redis that it works on the entry, in <see cref="Environment.TickCount64"/>; another consumer may claim
    /// the entry <see cref="RedisStreamsOptions.ClaimAfter"/> later.
    /// </summary>
    public long KeptAt { get; set; } = readAt;

    /// <summary>True when another consumer has claimed the entry, or may claim it because a handler hangs.</summary>
    public bool IsLost { get; set; }
}
