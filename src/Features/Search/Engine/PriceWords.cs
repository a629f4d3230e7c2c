using System.Globalization;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// A price that is part of the text: <c>kurta under 1500</c>, <c>above 2k</c>, <c>between 1,000 and 2,000 rupees</c>. In rupees, from 100
/// on: a smaller number is a size or part of a name.
/// </summary>
/// <param name="Left">The words without the price.</param>
/// <param name="Min">In minor units.</param>
/// <param name="Max">In minor units.</param>
/// <param name="Text">The words of the price, as typed; null when the text names none.</param>
public sealed record PriceWords(IReadOnlyList<Word> Left, long? Min, long? Max, string? Text)
{
    private const long Least = 100;
    private const long Most = 100_000_000;

    private static readonly HashSet<string> Below =
        new(StringComparer.Ordinal) { "under", "below", "less", "upto", "within", "max", "maximum", "budget", "cheaper", "se" };

    private static readonly HashSet<string> Above =
        new(StringComparer.Ordinal) { "above", "over", "more", "min", "minimum", "beyond", "starting" };

    private static readonly HashSet<string> Between = new(StringComparer.Ordinal) { "between", "from" };
    private static readonly HashSet<string> Units = new(StringComparer.Ordinal) { "rs", "inr", "rupee", "rupees", "rupaye", "only" };

    private static readonly HashSet<string> Joining = new(Units, StringComparer.Ordinal) { "than", "to", "and", "of" };

    public static PriceWords Of(IReadOnlyList<Word> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var cue = words[i].Joined;
            var (below, above, between) = (Below.Contains(cue), Above.Contains(cue), Between.Contains(cue));
            if (!below && !above && !between) continue;
            if (Amount(words, Skip(words, i + 1, Joining)) is not var (first, end)) continue;
            long? second = null;
            if (between)
            {
                if (Amount(words, Skip(words, end, Joining)) is not var (upper, upperEnd) || upper < first) continue;
                (second, end) = (upper, upperEnd);
            }

            end = Skip(words, end, Units);
            var text = string.Join(' ', words.Skip(i).Take(end - i).Select(x => x.Joined));
            var most = below ? first : second;
            return new([.. words.Take(i), .. words.Skip(end)], below ? null : first * 100, most * 100, text);
        }

        return new(words, null, null, null);
    }

    private static int Skip(IReadOnlyList<Word> words, int from, HashSet<string> skipped)
    {
        while (from < words.Count && skipped.Contains(words[from].Joined)) from++;
        return from;
    }

    // A number, one with a comma before its thousands (which are a word of their own), or thousands as 2k.
    private static (long Rupees, int End)? Amount(IReadOnlyList<Word> words, int at)
    {
        if (at >= words.Count) return null;
        var parts = words[at].Parts.SkipWhile(Units.Contains).ToList();
        if (parts is not [var digits, ..] || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > Most) return null;
        if (parts is [_, "k"]) return (number * 1_000, at + 1);
        if (parts.Count > 1) return null;
        while (++at < words.Count && number < Most / 1_000 && words[at].Parts is [{ Length: 3 } thousands]
            && thousands.All(char.IsAsciiDigit))
            number = (number * 1_000) + int.Parse(thousands, CultureInfo.InvariantCulture);
        return number >= Least ? (number, at) : null;
    }
}
