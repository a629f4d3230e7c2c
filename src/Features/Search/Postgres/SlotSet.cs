using System.Numerics;

namespace Aarya.Features.Search.Postgres;

/// <summary>A set of slots. One thread may add and remove slots while others read.</summary>
internal sealed class SlotSet
{
    private readonly ulong[] bits;

    /// <param name="slots">Every slot is below it.</param>
    public SlotSet(int slots) => bits = new ulong[(slots + 63) / 64];

    /// <summary>A copy with room for more slots.</summary>
    public SlotSet(SlotSet other, int slots)
        : this(slots) =>
        other.bits.CopyTo(bits, 0);

    /// <summary>An empty set with the same room.</summary>
    public SlotSet Empty() => new(bits.Length * 64);

    public bool HasSizeOf(SlotSet other) => bits.Length == other.bits.Length;

    public bool Has(int slot) => (bits[slot >> 6] & (1ul << slot)) != 0;

    public void Add(int slot) => bits[slot >> 6] |= 1ul << slot;

    public void Remove(int slot) => bits[slot >> 6] &= ~(1ul << slot);

    public void Add(SlotSet others)
    {
        for (var i = 0; i < bits.Length; i++) bits[i] |= others.bits[i];
    }

    /// <summary>Keeps only those that the other set has, too.</summary>
    public void Keep(SlotSet others)
    {
        for (var i = 0; i < bits.Length; i++) bits[i] &= others.bits[i];
    }

    public int Count()
    {
        var count = 0;
        foreach (var part in bits) count += BitOperations.PopCount(part);
        return count;
    }

    /// <summary>How many slots are in both sets.</summary>
    public int CountIn(SlotSet other)
    {
        var (mine, others) = (bits, other.bits);
        var count = 0;
        for (var i = 0; i < mine.Length; i++) count += BitOperations.PopCount(mine[i] & others[i]);
        return count;
    }

    /// <summary>True when a slot is in both sets.</summary>
    public bool Meets(SlotSet other)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            if ((bits[i] & other.bits[i]) != 0) return true;
        }

        return false;
    }

    /// <summary>Its slots in order.</summary>
    public Enumerator GetEnumerator() => new(bits);

    public struct Enumerator(ulong[] bits)
    {
        private int part = -1;
        private ulong left = 0;

        public int Current { get; private set; }

        public bool MoveNext()
        {
            while (left == 0)
            {
                if (++part >= bits.Length) return false;
                left = bits[part];
            }

            Current = (part << 6) + BitOperations.TrailingZeroCount(left);
            left &= left - 1;
            return true;
        }
    }
}
