namespace Aarya.Infrastructure.Caching;

/// <summary>
/// Knows what was asked for lately, in a fixed number of bytes: only what is asked for again is worth keeping. It may be wrong in both
/// ways, which costs a little memory or one more reading.
/// </summary>
internal sealed class Doorkeeper
{
    // Two places for each hash, so that two keys that are asked for in turn do not push each other out.
    private const int Sets = 16 * 1024;
    private readonly int[] seen = new int[Sets * 2];

    /// <summary>Notes the key; true when it was asked for before.</summary>
    public bool WasAskedFor(string key)
    {
        // 0 is an empty place.
        var tag = string.GetHashCode(key, StringComparison.Ordinal) | 1;
        var at = (int)((uint)tag >> 1 & (Sets - 1)) * 2;
        if (Volatile.Read(ref seen[at]) == tag || Volatile.Read(ref seen[at + 1]) == tag) return true;
        Volatile.Write(ref seen[at + 1], Volatile.Read(ref seen[at]));
        Volatile.Write(ref seen[at], tag);
        return false;
    }
}
