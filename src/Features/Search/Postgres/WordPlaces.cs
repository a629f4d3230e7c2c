using System.Numerics;

namespace Aarya.Features.Search.Postgres;

/// <summary>
/// The places where a product has a word, in their order, as one number: a leading one, then two bits per place, 3 for the name (weight A
/// of a tsvector), 2 for the category (B), 1 for the colours, sizes and SKUs (C), 0 for the description (D). Only the first seven places
/// are kept; the rest would add little to a rank.
/// </summary>
internal static class WordPlaces
{
    public const ushort None = 1;

    /// <summary>One place among the traits.</summary>
    public static readonly ushort OneTrait = Add(None, 'C');

    public const int Description = 1;
    public const int Traits = 2;
    public const int Category = 4;
    public const int Name = 8;
    public const int All = Description | Traits | Category | Name;

    private const int Most = 7;
    private const int Numbers = 1 << ((2 * Most) + 1);

    private static readonly byte[] Kinds = [.. Enumerable.Range(0, Numbers).Select(KindsOf)];
    private static readonly float[] Ranks = [.. Enumerable.Range(0, Numbers).Select(x => RankOf(x, [0.15f, 0.6f, 0.8f, 1f]))];

    // Of a thing, the description mentions what it goes with: a dress with a belt is no belt.
    private static readonly float[] RanksOfThings = [.. Enumerable.Range(0, Numbers).Select(x => RankOf(x, [0.03f, 0.6f, 0.8f, 1f]))];

    /// <param name="weight">A, B, C or D.</param>
    public static ushort Add(ushort places, char weight) =>
        places >= Numbers / 2 ? places : (ushort)((places << 2) | ('D' - weight));

    /// <summary>The kinds of places: a sum of <see cref="Description"/>, <see cref="Traits"/> and so on.</summary>
    public static int In(ushort places) => Kinds[places];

    /// <summary>The rank of one word by its places, as PostgreSQL's <c>ts_rank</c> calculates it.</summary>
    /// <param name="isThing">The word is what is wanted, not how it should be.</param>
    public static float Rank(ushort places, bool isThing) => isThing ? RanksOfThings[places] : Ranks[places];

    private static int Count(int places) => places == 0 ? 0 : BitOperations.Log2((uint)places) / 2;

    private static byte KindsOf(int places)
    {
        var kinds = 0;
        for (var i = 0; i < Count(places); i++) kinds |= 1 << ((places >> (2 * i)) & 3);
        return (byte)kinds;
    }

    // The sum of each place's weight divided by the square of its number, but the heaviest counts in full; all divided by the limit of
    // the sum of the inverse squares.
    private static float RankOf(int places, float[] weights)
    {
        var (sum, heaviest, at, count) = (0f, -1f, 0, Count(places));
        for (var i = 0; i < count; i++)
        {
            var weight = weights[(places >> (2 * (count - 1 - i))) & 3];
            sum += weight / ((i + 1) * (i + 1));
            if (weight > heaviest) (heaviest, at) = (weight, i);
        }

        return count == 0 ? 0 : (heaviest + sum - (heaviest / ((at + 1) * (at + 1)))) / 1.64493406685f;
    }
}
