namespace Aarya.Infrastructure.Caching;

/// <summary>How often a cache had what was asked for. Counting costs a few nanoseconds.</summary>
/// <param name="cache">The name that operators see.</param>
public sealed class CacheReads(string cache)
{
    private long hits;
    private long misses;

    public string Cache => cache;

    public long Hits => Interlocked.Read(ref hits);

    public long Misses => Interlocked.Read(ref misses);

    /// <summary>Counts a read, and returns whether it was a hit.</summary>
    public bool Count(bool isHit)
    {
        Interlocked.Increment(ref isHit ? ref hits : ref misses);
        return isHit;
    }
}
