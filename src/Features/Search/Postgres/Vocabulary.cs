using System.Numerics;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>The words that a typo may have meant. Immutable.</summary>
internal sealed class Vocabulary
{
    public static readonly Vocabulary Empty = new([]);

    // No typo changes the length of a word by more.
    private const int MostSlips = 2;

    private readonly Dictionary<int, (string Word, uint Letters)[]> byLength;

    private readonly HashSet<string> words;

    private Vocabulary(HashSet<string> words)
    {
        this.words = words;
        byLength = words.GroupBy(x => x.Length).ToDictionary(x => x.Key, x => x.Select(y => (y, LettersOf(y))).ToArray());
    }

    public bool Has(string word) => words.Contains(word);

    /// <summary>The words that may be near to the typed one; every word with up to two typos is among them.</summary>
    public IEnumerable<string> Near(string typed)
    {
        var letters = LettersOf(typed);
        for (var length = typed.Length - MostSlips; length <= typed.Length + MostSlips; length++)
        {
            if (!byLength.TryGetValue(length, out var some)) continue;
            foreach (var (word, has) in some)
            {
                // A typo adds a letter, takes one, or does both.
                if (BitOperations.PopCount(letters ^ has) <= 2 * MostSlips) yield return word;
            }
        }
    }

    /// <summary>The vocabulary with more words.</summary>
    public Vocabulary With(IReadOnlyCollection<string> more) => more.Count == 0 ? this : new([.. words, .. more]);

    // A bit per letter; two letters may share one, which makes words look nearer, never farther.
    private static uint LettersOf(string word)
    {
        var letters = 0u;
        foreach (var c in word) letters |= 1u << (c & 31);
        return letters;
    }
}
