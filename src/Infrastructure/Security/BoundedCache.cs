using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// Remembers at least the last <paramref name="capacity"/> keys used and never more than twice as many, whatever clients send.
/// Reads take no lock: the young generation becomes the old one when it is full, and what nobody asked for meanwhile is forgotten.
/// </summary>
/// <param name="capacity">Keys of one generation.</param>
/// <param name="comparer">When two keys are the same; the type's own judgement by default.</param>
public sealed class BoundedCache<TKey, TValue>(int capacity, IEqualityComparer<TKey>? comparer = null) where TKey : notnull
{
    private readonly Lock turning = new();
    private volatile Generation young = new(comparer);
    private volatile Generation old = new(comparer);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (young.Entries.TryGetValue(key, out value)) return true;
        if (!old.Entries.TryGetValue(key, out value)) return false;
        // What was set meanwhile is newer.
        TryAdd(key, value);
        return true;
    }

    /// <summary>What is kept under the key, or what was made for it: the same for everybody who asks at once.</summary>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        if (TryGet(key, out var known)) return known;
        var made = make(key);
        while (!TryAdd(key, made))
        {
            if (TryGet(key, out known)) return known;
        }

        return made;
    }

    public void Set(TKey key, TValue value)
    {
        if (!TryAdd(key, value)) young.Entries[key] = value;
    }

    private bool TryAdd(TKey key, TValue value)
    {
        var target = young;
        if (!target.Entries.TryAdd(key, value)) return false;
        if (Interlocked.Increment(ref target.Count) >= capacity) Turn(target);
        return true;
    }

    private void Turn(Generation full)
    {
        lock (turning)
        {
            if (young != full) return;
            old = full;
            young = new(comparer);
        }
    }

    private sealed class Generation(IEqualityComparer<TKey>? comparer)
    {
        public readonly ConcurrentDictionary<TKey, TValue> Entries = new(comparer);
        public int Count;
    }
}
