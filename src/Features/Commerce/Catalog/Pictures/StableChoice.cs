namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>Random choices seeded by a word: the same word always gives the same choices.</summary>
internal sealed class StableChoice
{
    private ulong state;

    private StableChoice(ulong state) => this.state = state;

    // FNV-1a, because string.GetHashCode differs from one process to the next.
    public static StableChoice Of(string word)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in word) hash = (hash ^ c) * 1099511628211UL;
        return new(hash);
    }

    /// <summary>From 0 to just below the bound (SplitMix64).</summary>
    public int Next(int bound)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return (int)((z ^ (z >> 31)) % (ulong)bound);
    }

    public T Pick<T>(params ReadOnlySpan<T> among) => among[Next(among.Length)];
}
