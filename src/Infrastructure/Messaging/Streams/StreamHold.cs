namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>What this process knows of its hold on an entry.</summary>
internal sealed class StreamHold
{
    /// <summary>
    /// When this process last showed Redis that it works on the entry, in <see cref="Environment.TickCount64"/>; another consumer may claim
    /// the entry <see cref="RedisStreamsOptions.ClaimAfter"/> later.
    /// </summary>
    public long KeptAt { get; set; } = Environment.TickCount64;

    /// <summary>True when another consumer has claimed the entry, or may claim it because a handler hangs.</summary>
    public bool IsLost { get; set; }
}
