using System.Globalization;
using System.Text;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// One word as it is written, between spaces. Hyphens, dots, apostrophes, ampersands and underscores inside it, and a change from letters
/// to digits, divide it into parts: <c>T-Shirt</c> is t and shirt, <c>U.S.</c> is u and s, <c>501s</c> is 501 and s. A size such as
/// <c>2XL</c> is one part, because it is no XL.
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
    public const int Rules = 3;

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
    /// <param name="similar">Similar words of products.</param>
    /// <param name="isOnSale">True for a word of a product on sale; asked only for words that are near enough.</param>
    internal static string? Meant(string typed, bool isKnown, IEnumerable<string> similar, Func<string, bool>? isOnSale = null) =>
        isKnown || Lexicon.Has(typed) ? typed : Nearest(typed, similar, isOnSale) ?? Nearest(typed, Lexicon.Words);

    /// <summary>
    /// The nearest of the shop's words, if it is near enough: one typo in a word from four letters on, two from eight, counted in the
    /// longer of the typed and the meant word.
    /// </summary>
    public static string? Nearest(string typed, IEnumerable<string> known, Func<string, bool>? isPossible = null)
    {
        return known.Select(x => (Word: x, Distance: Distance(typed, x)))
            .Where(x => x.Distance <= Slips(Math.Max(typed.Length, x.Word.Length)) && isPossible?.Invoke(x.Word) != false)
            .OrderBy(x => x.Distance).ThenBy(x => x.Word[0] == typed[0] ? 0 : 1).ThenBy(x => Math.Abs(x.Word.Length - typed.Length))
            .ThenBy(x => x.Word, StringComparer.Ordinal)
            .Select(x => x.Word).FirstOrDefault();

        static int Slips(int length) => length switch { < 4 => 0, < 8 => 1, _ => 2 };
    }

    // Typos: an extra letter, a missing one, a wrong one, or two in the wrong order (Damerau, 1964). Only up to two are told apart, so only
    // the cells of the matrix near its diagonal count, and a row without a cell up to two ends the comparison.
    private static int Distance(string a, string b)
    {
        const int most = 2;
        var width = b.Length + 1;
        if (Math.Abs(a.Length - b.Length) > most || width > 2 * Longest) return int.MaxValue;
        Span<int> cells = stackalloc int[3 * width];
        var before = cells[..width];
        var last = cells.Slice(width, width);
        var row = cells[(2 * width)..];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row.Fill(most + 1);
            if (i <= most) row[0] = i;
            var least = row[0];
            for (var j = Math.Max(1, i - most); j <= Math.Min(b.Length, i + most); j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
                least = Math.Min(least, row[j]);
            }

            if (least > most) return int.MaxValue;
            var oldest = before;
            before = last;
            last = row;
            row = oldest;
        }

        return last[b.Length];
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
            for (var i = parts.Count - 1; i > 0; i--)
            {
                if (parts[i] is not ("xl" or "xs") || parts[i - 1] is not [>= '1' and <= '9']) continue;
                parts[i - 1] += parts[i];
                parts.RemoveAt(i);
            }

            words.Add(new(parts));
            parts = [];
        }
    }
}
