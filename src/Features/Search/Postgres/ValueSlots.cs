namespace Aarya.Features.Search.Postgres;

/// <summary>
/// The slots of the products that have one value: a list while there are few, so that thousands of rare values cost little, then a set. One
/// thread changes it while others read.
/// </summary>
internal sealed class ValueSlots(int capacity)
{
    // A set takes as much memory as this many slots in a list.
    private readonly int mostListed = capacity / 32;

    private volatile int[] few = [];
    private volatile SlotSet? many;

    /// <summary>A copy with room for more slots.</summary>
    public ValueSlots Grown(int slots)
    {
        ValueSlots grown = new(slots);
        grown.few = few;
        grown.many = many is { } set ? new(set, slots) : null;
        return grown;
    }

    public void Add(int slot)
    {
        if (many is { } set)
        {
            set.Add(slot);
            return;
        }

        if (Array.IndexOf(few, slot) >= 0) return;
        if (few.Length < mostListed)
        {
            few = [.. few, slot];
            return;
        }

        SlotSet all = new(capacity);
        AddTo(all);
        all.Add(slot);
        many = all;
        few = [];
    }

    public void Remove(int slot)
    {
        if (many is { } set) set.Remove(slot);
        else few = [.. few.Where(x => x != slot)];
    }

    public void AddTo(SlotSet others)
    {
        // In this order: a list that becomes a set meanwhile is read as one or the other.
        var listed = few;
        if (many is { } set) others.Add(set);
        else foreach (var slot in listed) others.Add(slot);
    }

    public int CountIn(SlotSet others)
    {
        var listed = few;
        if (many is { } set) return set.CountIn(others);
        var count = 0;
        foreach (var slot in listed)
        {
            if (others.Has(slot)) count++;
        }

        return count;
    }
}
