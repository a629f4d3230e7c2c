using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Aarya.Infrastructure.Caching;

/// <summary>Caches values within the <see cref="CacheBudget"/>, regardless of what clients send. Reads take no lock.</summary>
/// <param name="budget">Shared with all other caches.</param>
/// <param name="cost">The approximate size of a key and its value, in bytes.</param>
/// <param name="comparer">Compares keys; the type's own equality by default.</param>
public sealed class BudgetedCache<TKey, TValue> : IGenerations where TKey : notnull
{
    // The size of a dictionary's node and its slot, in bytes.
    private const int Overhead = 80;

    private readonly CacheBudget budget;
    private readonly Func<TKey, TValue, int> cost;
    private readonly IEqualityComparer<TKey>? comparer;
    private volatile ConcurrentDictionary<TKey, TValue> young;
    private volatile ConcurrentDictionary<TKey, TValue> old;

    public BudgetedCache(CacheBudget budget, Func<TKey, TValue, int> cost, IEqualityComparer<TKey>? comparer = null)
    {
        (this.budget, this.cost, this.comparer) = (budget, cost, comparer);
        (young, old) = (new(comparer), new(comparer));
        budget.Register(this);
    }

    /// <summary>How many values are kept now; one that is in both generations counts twice.</summary>
    public int Count => young.Count + old.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (young.TryGetValue(key, out value)) return true;
        if (!old.TryGetValue(key, out value)) return false;
        // A value that was set meanwhile is newer and stays.
        TryAdd(key, value);
        return true;
    }

    /// <summary>The cached value, or the one made for the key: concurrent callers get the same value, unless it is too large.</summary>
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
        Remove(key);
        TryAdd(key, value);
    }

    public void Remove(TKey key)
    {
        if (young.TryRemove(key, out var value)) budget.Count(-CostOf(key, value));
        old.TryRemove(key, out _);
    }

    /// <summary>Removes the value unless another one has taken its place.</summary>
    public void Remove(TKey key, TValue value)
    {
        if (young.TryRemove(new(key, value))) budget.Count(-CostOf(key, value));
        old.TryRemove(new(key, value));
    }

    void IGenerations.Turn()
    {
        old = young;
        young = new(comparer);
    }

    // True, too, for a value that is too large to be cached.
    private bool TryAdd(TKey key, TValue value)
    {
        var bytes = CostOf(key, value);
        if (bytes > budget.Largest) return true;
        if (!young.TryAdd(key, value)) return false;
        budget.Count(bytes);
        return true;
    }

    private long CostOf(TKey key, TValue value) => cost(key, value) + (long)Overhead;
}
