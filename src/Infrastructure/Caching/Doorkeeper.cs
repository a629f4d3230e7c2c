namespace Aarya.Infrastructure.Caching;

/// <summary>
/// Records the keys of recent requests in a fixed number of bytes: only a value that is requested again is worth caching. It may be wrong
/// in both ways, which costs a little memory or one more read.
/// </summary>
internal sealed class Doorkeeper
{
    // Two slots per hash, so that two keys that are requested in turn do not evict each other.
    private const int Sets = 16 * 1024;
    private readonly int[] seen = new int[Sets * 2];

    /// <summary>Records the key; true when it was requested before.</summary>
    public bool WasAskedFor(string key)
    {
        // 0 is an empty slot.
        var tag = string.GetHashCode(key, StringComparison.Ordinal) | 1;
        var at = (int)((uint)tag >> 1 & (Sets - 1)) * 2;
        if (Volatile.Read(ref seen[at]) == tag || Volatile.Read(ref seen[at + 1]) == tag) return true;
        Volatile.Write(ref seen[at + 1], Volatile.Read(ref seen[at]));
        Volatile.Write(ref seen[at], tag);
        return false;
    }
}
