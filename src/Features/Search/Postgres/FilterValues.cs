using System.Collections.Concurrent;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>A value of a filter in one spelling.</summary>
/// <param name="Key">The same for every spelling: Red and RED are one value.</param>
internal sealed record FilterValue(string Text, int Key);

/// <summary>The values that one filter can take, each stored once. Read and added to by several threads.</summary>
internal sealed class FilterValues
{
    private readonly ConcurrentDictionary<string, FilterValue> spellings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> keys = new(StringComparer.Ordinal);
    private int count;

    /// <summary>Every key is below it.</summary>
    public int Count => count;

    /// <summary>The value of this spelling; one thread at a time may call it.</summary>
    public FilterValue Of(string text)
    {
        if (spellings.TryGetValue(text, out var known)) return known;
        var folded = SearchQuery.KeyOf(text);
        if (!keys.TryGetValue(folded, out var key)) keys[folded] = key = count++;
        return spellings[text] = new(text, key);
    }

    public bool Has(string text) => keys.ContainsKey(SearchQuery.KeyOf(text));

    /// <summary>The keys of the values, without those that no product has; null when there are no values to filter by.</summary>
    public IReadOnlySet<int>? KeysOf(IReadOnlyList<string> values) =>
        values.Count == 0 ? null : values.Select(SearchQuery.KeyOf).Where(keys.ContainsKey).Select(x => keys[x]).ToHashSet();
}
