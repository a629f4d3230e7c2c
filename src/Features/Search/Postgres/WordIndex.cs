using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Aarya.Features.Search.Postgres;

/// <summary>A slot of a product, and the places where it has the word: see <see cref="WordPlaces"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Posting(int Slot, ushort Places);

/// <summary>The products that have one word. Most words, such as SKUs, have one product: it is stored in place.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Postings
{
    private readonly Posting only;
    private readonly Posting[]? several;

    public Postings(ReadOnlySpan<Posting> before, IReadOnlyList<Posting> added)
    {
        if (before.Length + added.Count == 1)
        {
            only = added[0];
            return;
        }

        several = new Posting[before.Length + added.Count];
        before.CopyTo(several);
        for (var i = 0; i < added.Count; i++) several[before.Length + i] = added[i];
    }

    [UnscopedRef]
    public ReadOnlySpan<Posting> All => several is null ? MemoryMarshal.CreateReadOnlySpan(in only, 1) : several;
}

/// <summary>
/// The words of products, each with the slots of the products that have it. Immutable; a slot whose product has changed its words or is no
/// longer on sale stays in the lists until all is read again.
/// </summary>
internal sealed class WordIndex
{
    public static readonly WordIndex Empty = new([], [], []);

    private const int Many = 1_000;
    private const int MostWide = 128;

    // In the order of their characters, so that those with one beginning are neighbours.
    private readonly string[] words;

    // For each of the words: the products that have it, and the kinds of places where any of them has it.
    private readonly Postings[] postings;
    private readonly byte[] kinds;

    // What was found by beginnings that many words have: the first letters of what a shopper types.
    // One bit per product and beginning.
    private readonly ConcurrentDictionary<(string Beginning, int PlaceKinds), SlotSet> wide = [];

    private WordIndex(string[] words, Postings[] postings, byte[] kinds)
    {
        this.words = words;
        this.postings = postings;
        this.kinds = kinds;
    }

    /// <summary>The number of a word; negative when no product has it.</summary>
    public int Find(string word) => Array.BinarySearch(words, word, StringComparer.Ordinal);

    /// <summary>The numbers of the words that begin so: from the first to before the second.</summary>
    public (int From, int To) Beginning(string beginning)
    {
        var from = FirstFrom(0, x => string.CompareOrdinal(x, beginning) < 0);
        return (from, FirstFrom(from, x => x.StartsWith(beginning, StringComparison.Ordinal)));
    }

    /// <summary>The products that have the word of this number.</summary>
    public ReadOnlySpan<Posting> this[int word] => postings[word].All;

    /// <summary>Adds the products that have the word in a place of these kinds; none when the number is negative.</summary>
    public void Add(SlotSet found, int word, int placeKinds)
    {
        if (word < 0 || (kinds[word] & placeKinds) == 0) return;
        foreach (var posting in this[word])
        {
            if ((WordPlaces.In(posting.Places) & placeKinds) != 0) found.Add(posting.Slot);
        }
    }

    /// <summary>The same with the words that begin so.</summary>
    public void AddBeginning(SlotSet found, string beginning, int placeKinds)
    {
        var (from, to) = Beginning(beginning);
        if (to - from < Many)
        {
            for (var word = from; word < to; word++) Add(found, word, placeKinds);
            return;
        }

        if (!wide.TryGetValue((beginning, placeKinds), out var all) || !all.HasSizeOf(found))
        {
            all = found.Empty();
            for (var word = from; word < to; word++) Add(all, word, placeKinds);
            if (wide.Count >= MostWide) wide.Clear();
            wide[(beginning, placeKinds)] = all;
        }

        found.Add(all);
    }

    /// <summary>The index with more products.</summary>
    public WordIndex With(WordsOfProducts added)
    {
        if (added.ByWord.Count == 0) return this;
        var more = added.ByWord.Keys.ToArray();
        Array.Sort(more, StringComparer.Ordinal);
        var unknown = more.Where(x => Find(x) < 0).ToArray();
        var next = unknown.Length == 0 ? new(words, [.. postings], [.. kinds]) : With(unknown);
        foreach (var word in more)
        {
            var at = next.Find(word);
            next.postings[at] = new(Find(word) < 0 ? [] : next.postings[at].All, added.ByWord[word]);
            foreach (var posting in added.ByWord[word]) next.kinds[at] |= (byte)WordPlaces.In(posting.Places);
        }

        return next;
    }

    // A copy with room for these words.
    private WordIndex With(string[] unknown)
    {
        var count = words.Length + unknown.Length;
        var next = new WordIndex(new string[count], new Postings[count], new byte[count]);
        for (int at = 0, old = 0, added = 0; at < count; at++)
        {
            if (added == unknown.Length || (old < words.Length && string.CompareOrdinal(words[old], unknown[added]) < 0))
                (next.words[at], next.postings[at], next.kinds[at]) = (words[old], postings[old], kinds[old++]);
            else
                next.words[at] = unknown[added++];
        }

        return next;
    }

    // The first word, from this number on, that does not come before.
    private int FirstFrom(int from, Func<string, bool> isBefore)
    {
        var to = words.Length;
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (isBefore(words[middle])) from = middle + 1;
            else to = middle;
        }

        return from;
    }
}

/// <summary>The words of products that are to be added to a <see cref="WordIndex"/>.</summary>
internal sealed class WordsOfProducts
{
    private readonly Dictionary<string, List<Posting>> byWord = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Posting>>.AlternateLookup<ReadOnlySpan<char>> find;

    public WordsOfProducts() => find = byWord.GetAlternateLookup<ReadOnlySpan<char>>();

    public IReadOnlyDictionary<string, List<Posting>> ByWord => byWord;

    /// <summary>Adds the words of one product.</summary>
    /// <param name="vector">The text form of a tsvector: <c>'kurta':1A,7 'men''s':2A</c>, where no letter means D.</param>
    public void Add(int slot, ReadOnlySpan<char> vector)
    {
        while (!(vector = vector.TrimStart(' ')).IsEmpty)
        {
            var end = EndOfWord(vector, out var isEscaped);
            var word = vector[1..end];
            var unescaped = isEscaped ? Unescaped(word) : word;
            vector = vector[(end + 1)..];
            var places = WordPlaces.None;
            var space = vector.IndexOf(' ');
            var list = space < 0 ? vector : vector[..space];
            vector = vector[list.Length..];
            foreach (var range in list.TrimStart(':').Split(','))
            {
                if (list.TrimStart(':')[range] is { IsEmpty: false } place)
                    places = WordPlaces.Add(places, char.IsAsciiDigit(place[^1]) ? 'D' : place[^1]);
            }

            if (!find.TryGetValue(unescaped, out var postings)) byWord[unescaped.ToString()] = postings = [];
            postings.Add(new(slot, places));
        }
    }

    // The closing quote; a quote in a word is doubled.
    private static int EndOfWord(ReadOnlySpan<char> vector, out bool isEscaped)
    {
        isEscaped = false;
        for (var at = 1; ; at++)
        {
            if (vector[at] == '\\') isEscaped = true;
            if (vector[at] != '\'') continue;
            if (at + 1 == vector.Length || vector[at + 1] != '\'') return at;
            isEscaped = true;
            at++;
        }
    }

    private static string Unescaped(ReadOnlySpan<char> word) => word.ToString().Replace("''", "'", StringComparison.Ordinal)
        .Replace(@"\\", @"\", StringComparison.Ordinal);
}
