using System.Globalization;
using System.Text;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// One word as it is written, between spaces. Hyphens, dots, apostrophes, ampersands and underscores inside it, and a change from letters
/// to digits, divide it into parts: <c>T-Shirt</c> is t and shirt, <c>U.S.</c> is u and s, <c>501s</c> is 501 and s.
/// </summary>
public sealed record Word(IReadOnlyList<string> Parts)
{
    /// <summary>The parts joined: tshirt.</summary>
    public string Joined { get; } = Words.Cap(string.Concat(Parts));
}

/// <summary>Cuts texts into words, both for the index and for queries; no other code does.</summary>
public static class Words
{
    /// <summary>Increase it when the same text is cut differently: products that were cut by older rules are then cut again.</summary>
    public const int Rules = 1;

    /// <summary>How many words of a query are searched for.</summary>
    public const int Most = 10;

    // As long as a query can be: a name that is one long word is found by the whole word.
    private const int Longest = SearchQuery.LongestText;

    private static readonly HashSet<string> Filler = new(StringComparer.Ordinal)
    {
        "a", "an", "and", "at", "by", "for", "from", "i", "in", "is", "me", "my", "of", "on", "or", "the", "to", "with",
    };

    /// <summary>
    /// Every word of a text in order, as <see cref="Folding"/> spells it. A sign that is not a letter, digit or mark ends a word, unless it
    /// joins two parts.
    /// </summary>
    public static IReadOnlyList<Word> Of(string text)
    {
        var cut = new Cut();
        foreach (var rune in Folding.Fold(text).EnumerateRunes()) cut.Take(rune);
        return cut.End();
    }

    /// <summary>The words without fillers, unless there are no others; at most <see cref="Most"/>.</summary>
    public static IReadOnlyList<Word> Telling(IReadOnlyList<Word> words)
    {
        var telling = words.Where(x => !Filler.Contains(x.Joined)).Take(Most).ToList();
        return telling.Count > 0 ? telling : [.. words.Take(Most)];
    }

    /// <summary>The same words, but two that the lexicon has as one are one: hand bag, T shirt.</summary>
    public static IReadOnlyList<Word> Compounded(IReadOnlyList<Word> words)
    {
        List<Word> all = [];
        for (var i = 0; i < words.Count; i++)
        {
            var both = i < words.Count - 1 ? new Word([.. words[i].Parts, .. words[i + 1].Parts]) : null;
            if (both is not null && Lexicon.Has(both.Joined))
            {
                all.Add(both);
                i++;
            }
            else
            {
                all.Add(words[i]);
            }
        }

        return all;
    }

    /// <summary>The whole text as one word, which identifies a name or a SKU; signs count only when there is nothing else.</summary>
    public static string Whole(string text)
    {
        var joined = string.Concat(Of(text).SelectMany(x => x.Parts));
        return Cap(joined.Length > 0 ? joined : string.Concat(Folding.Fold(text).Where(x => !char.IsWhiteSpace(x))));
    }

    internal static string Cap(string word) =>
        word.Length <= Longest ? word : word[..(char.IsHighSurrogate(word[Longest - 1]) ? Longest - 1 : Longest)];

    /// <summary>What a typed word means: itself if it is known, else the nearest word; null when none is near enough.</summary>
    /// <param name="isKnown">A product on sale has a word that begins like it.</param>
    /// <param name="similar">Similar words of products on sale.</param>
    internal static string? Meant(string typed, bool isKnown, IEnumerable<string> similar) =>
        isKnown || Lexicon.Has(typed) ? typed : Nearest(typed, similar) ?? Nearest(typed, Lexicon.Words);

    /// <summary>
    /// The nearest of the shop's words, if it is near enough: no typo in a word below three letters, one below six, two in a longer one.
    /// </summary>
    public static string? Nearest(string typed, IEnumerable<string> known)
    {
        var slips = typed.Length switch { < 3 => 0, < 6 => 1, _ => 2 };
        if (slips == 0) return null;
        return known.Select(x => (Word: x, Distance: Distance(typed, x)))
            .Where(x => x.Distance <= slips)
            .OrderBy(x => x.Distance).ThenBy(x => x.Word[0] == typed[0] ? 0 : 1).ThenBy(x => Math.Abs(x.Word.Length - typed.Length))
            .ThenBy(x => x.Word, StringComparer.Ordinal)
            .Select(x => x.Word).FirstOrDefault();
    }

    // Typos: an extra letter, a missing one, a wrong one, or two in the wrong order (Damerau, 1964).
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2) return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }

    private sealed class Cut
    {
        private readonly List<Word> words = [];
        private readonly StringBuilder part = new();
        private List<string> parts = [];
        private bool digits;
        private bool joined;

        public void Take(Rune rune)
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            {
                // A mark belongs to the letter before it; without a letter it is dropped.
                if (part.Length > 0 && !joined) part.Append(rune.ToString());
            }
            else if (Rune.IsLetterOrDigit(rune))
            {
                var digit = category == UnicodeCategory.DecimalDigitNumber;
                if (part.Length > 0 && (joined || digit != digits)) EndPart();
                (joined, digits) = (false, digit);
                part.Append(rune.ToString());
            }
            else if (part.Length > 0 && !joined && Joins(rune, category))
            {
                joined = true;
            }
            else
            {
                EndWord();
            }
        }

        private static bool Joins(Rune rune, UnicodeCategory category) =>
            category == UnicodeCategory.DashPunctuation || rune.Value is '.' or '\'' or '&' or '_' or 0x00B7 or 0x2212;

        public List<Word> End()
        {
            EndWord();
            return words;
        }

        private void EndPart()
        {
            parts.Add(Cap(part.ToString()));
            part.Clear();
        }

        private void EndWord()
        {
            joined = false;
            if (part.Length == 0) return;
            EndPart();
            words.Add(new(parts));
            parts = [];
        }
    }
}
