using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>The products of each value of one facet. One thread changes it while others read.</summary>
internal sealed class FacetColumn(int capacity)
{
    // By the key of the value, then by its spelling. A list is replaced when a value is added, so that readers see one or the other.
    private (FilterValue Spelling, ValueSlots Slots)[][] values = [];

    /// <summary>The same with room for more slots.</summary>
    public FacetColumn Grown(int slots) => new(slots)
    {
        values = [.. values.Select(x => x.Select(y => (y.Spelling, y.Slots.Grown(slots))).ToArray())],
    };

    public void Set(int slot, FilterValue value, bool isAdded)
    {
        var slots = Of(value);
        if (isAdded) slots.Add(slot);
        else slots.Remove(slot);
    }

    /// <summary>How many of the products have each value, in the order of the keys.</summary>
    public List<FacetValue> CountIn(SlotSet products)
    {
        List<FacetValue> counts = [];
        foreach (var spellings in Volatile.Read(ref values))
        {
            if (spellings.Length == 0) continue;
            if (spellings.Length == 1)
            {
                var count = spellings[0].Slots.CountIn(products);
                if (count > 0) counts.Add(new(spellings[0].Spelling.Text, count));
                continue;
            }

            // Of several spellings the first in the order of characters is shown.
            var met = spellings.Where(x => x.Slots.CountIn(products) > 0).ToList();
            if (met.Count > 0)
                counts.Add(new(met.Select(x => x.Spelling.Text).Min(StringComparer.Ordinal)!, All(spellings).CountIn(products)));
        }

        return counts;
    }

    /// <summary>The products that have one of the values.</summary>
    /// <param name="keys">The keys of the values.</param>
    public SlotSet Having(IReadOnlySet<int> keys)
    {
        var known = Volatile.Read(ref values);
        return All(keys.Where(x => x < known.Length).SelectMany(x => known[x]));
    }

    private SlotSet All(IEnumerable<(FilterValue Spelling, ValueSlots Slots)> spellings)
    {
        SlotSet all = new(capacity);
        foreach (var (_, slots) in spellings) slots.AddTo(all);
        return all;
    }

    private ValueSlots Of(FilterValue value)
    {
        if (value.Key >= values.Length) Grow(value.Key + 1);
        foreach (var (spelling, slots) in values[value.Key])
        {
            if (ReferenceEquals(spelling, value)) return slots;
        }

        ValueSlots added = new(capacity);
        Volatile.Write(ref values[value.Key], [.. values[value.Key], (value, added)]);
        return added;
    }

    private void Grow(int count)
    {
        var grown = values;
        Array.Resize(ref grown, Math.Max(count, 2 * grown.Length));
        for (var i = values.Length; i < grown.Length; i++) grown[i] = [];
        Volatile.Write(ref values, grown);
    }
}
