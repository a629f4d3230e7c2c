using System.Numerics;

namespace Aarya.Features.Search.Postgres;

/// <summary>A set of slots.</summary>
internal sealed class SlotSet(int slots)
{
    private readonly ulong[] bits = new ulong[(slots + 63) / 64];

    public bool Has(int slot) => (bits[slot >> 6] & (1ul << slot)) != 0;

    public void Add(int slot) => bits[slot >> 6] |= 1ul << slot;

    public void Add(SlotSet others)
    {
        for (var i = 0; i < bits.Length; i++) bits[i] |= others.bits[i];
    }

    /// <summary>Keeps only those that the other set has, too.</summary>
    public void Keep(SlotSet others)
    {
        for (var i = 0; i < bits.Length; i++) bits[i] &= others.bits[i];
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
