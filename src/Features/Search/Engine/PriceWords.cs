using System.Globalization;
using System.Text.RegularExpressions;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// A price that is part of the text: <c>kurta under 1500</c>, <c>above 2k</c>, <c>between 1,000 and 2,000 rupees</c>, <c>1500 se kam</c>.
/// In rupees, from 100 on: a smaller number is a size or part of a name.
/// </summary>
/// <param name="Left">The words without the price.</param>
/// <param name="Min">In minor units.</param>
/// <param name="Max">In minor units.</param>
/// <param name="Text">The words of the price.</param>
public sealed partial record PriceWords(IReadOnlyList<Word> Left, long? Min, long? Max, string Text)
{
    private const long Least = 100;
    private const long Most = 100_000_000;

    private static readonly HashSet<string> Below =
        new(StringComparer.Ordinal) { "under", "below", "less", "upto", "within", "max", "maximum", "budget", "cheaper" };

    private static readonly HashSet<string> Above =
        new(StringComparer.Ordinal) { "above", "over", "more", "min", "minimum", "beyond", "starting" };

    private static readonly HashSet<string> Between = new(StringComparer.Ordinal) { "between", "from" };
    private static readonly HashSet<string> Units = new(StringComparer.Ordinal) { "rs", "inr", "rupee", "rupees", "rupaye", "only" };

    private static readonly HashSet<string> Joining = new(Units, StringComparer.Ordinal) { "than", "to", "and", "of" };

    // After "1500 se".
    private static readonly HashSet<string> Kam = new(StringComparer.Ordinal) { "kam", "neeche", "niche" };
    private static readonly HashSet<string> Zyada = new(StringComparer.Ordinal) { "zyada", "jyada", "upar" };

    /// <summary>Null when the text names no price.</summary>
    public static PriceWords? Of(string text)
    {
        var words = Words.Compounded(Words.Of(Grouping().Replace(text, "")));
        for (var i = 0; i < words.Count; i++)
        {
            if (After(words, i) is not { } price) continue;
            var end = Skip(words, price.End, Units);
            var named = string.Join(' ', words.Skip(i).Take(end - i).Select(x => x.Joined));
            return new([.. words.Take(i), .. words.Skip(end)], price.Min * 100, price.Max * 100, named);
        }

        return null;
    }

    private static Price? After(IReadOnlyList<Word> words, int at)
    {
        var cue = words[at].Joined;
        if (Amount(words, at) is { } number) return Hindi(words, number);
        if (Between.Contains(cue)) return Range(words, Skip(words, at + 1, Joining));
        if (!Below.Contains(cue) && !Above.Contains(cue)) return null;
        return Amount(words, Skip(words, at + 1, Joining)) is not { } amount
            ? null
            : Below.Contains(cue) ? amount with { Min = null } : amount with { Max = null };
    }

    private static Price? Range(IReadOnlyList<Word> words, int at)
    {
        // 500-900 is one word of two parts.
        if (at < words.Count && words[at].Parts is [var from, var to] && Number(from) is { } least && Number(to) is { } most)
            return least <= most ? new(least, most, at + 1) : null;
        return Amount(words, at) is { } first && Amount(words, Skip(words, first.End, Joining)) is { } second && first.Min <= second.Max
            ? new(first.Min, second.Max, second.End)
            : null;
    }

    private static Price? Hindi(IReadOnlyList<Word> words, Price number)
    {
        var at = Skip(words, number.End, Units);
        if (at >= words.Count - 1 || words[at].Joined != "se") return null;
        var next = words[at + 1].Joined;
        if (Kam.Contains(next)) return number with { Min = null, End = at + 2 };
        if (Zyada.Contains(next)) return number with { Max = null, End = at + 2 };
        return Amount(words, at + 1) is { } upper && number.Min <= upper.Max ? upper with { Min = number.Min } : null;
    }

    private static int Skip(IReadOnlyList<Word> words, int from, HashSet<string> skipped)
    {
        while (from < words.Count && skipped.Contains(words[from].Joined)) from++;
        return from;
    }

    // 1500, rs1500, 1500rs, 1500.00 or 2k: both ends of a price, of which the caller removes one.
    private static Price? Amount(IReadOnlyList<Word> words, int at)
    {
        if (at >= words.Count) return null;
        var parts = words[at].Parts.Where(x => !Units.Contains(x)).ToList();
        long? rupees = parts switch
        {
            [var digits] => Number(digits),
            [var digits, "00"] => Number(digits),
            [var digits, "k"] when long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var thousands)
                && thousands <= Most / 1_000 => Number($"{thousands}000"),
            _ => null,
        };
        return rupees is { } price ? new(price, price, at + 1) : null;
    }

    private static long? Number(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= Least and <= Most
            ? number
            : null;

    // A comma between digits, as in 1,500 and 1,00,000.
    [GeneratedRegex("(?<=[0-9]),(?=[0-9])")]
    private static partial Regex Grouping();

    // In rupees. End: the word after it.
    private sealed record Price(long? Min, long? Max, int End);
}
