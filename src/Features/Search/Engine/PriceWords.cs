using System.Globalization;
using System.Text.RegularExpressions;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// A price that is part of the text: <c>kurta under 1500</c>, <c>above 1.5k</c>, <c>between 1,000 and 2,000 rupees</c>, <c>500-900</c>,
/// <c>below two thousand</c>, <c>1500 se kam</c>. In rupees, from 100 on: a smaller number is a size or part of a name.
/// </summary>
/// <param name="Left">The words without the price.</param>
/// <param name="Min">In minor units.</param>
/// <param name="Max">In minor units.</param>
/// <param name="Text">The words of the price.</param>
public sealed partial record PriceWords(IReadOnlyList<Word> Left, long? Min, long? Max, string Text)
{
    private const decimal Least = 100;
    private const decimal Most = 100_000_000;

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

    private static readonly Dictionary<string, decimal> Numbers = Read(
        """
        a 1 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15
        sixteen 16 seventeen 17 eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70 eighty 80 ninety 90
        ek 1 do 2 teen 3 char 4 chaar 4 panch 5 paanch 5 che 6 saat 7 aath 8 nau 9 das 10 dedh 1.5 dhai 2.5 dhaai 2.5
        """);

    private static readonly Dictionary<string, decimal> Scales = Read(
        "hundred 100 sau 100 thousand 1000 hazar 1000 hazaar 1000 hajar 1000 hajaar 1000 k 1000 lakh 100000 lac 100000");

    /// <summary>Null when the text names no price.</summary>
    public static PriceWords? Of(string text)
    {
        var words = Words.Compounded(Words.Of(Grouping().Replace(text, "")));
        for (var i = 0; i < words.Count; i++)
        {
            if (After(words, i) is not { } price) continue;
            var end = Skip(words, price.End, Units);
            var named = string.Join(' ', words.Skip(i).Take(end - i).Select(x => x.Joined));
            return new([.. words.Take(i), .. words.Skip(end)], Minor(price.Min), Minor(price.Max), named);
        }

        return null;

        static long? Minor(decimal? rupees) => rupees is { } some ? (long)(some * 100) : null;
    }

    private static Dictionary<string, decimal> Read(string pairs) => pairs.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Chunk(2).ToDictionary(x => x[0], x => decimal.Parse(x[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static Price? After(IReadOnlyList<Word> words, int at)
    {
        var cue = words[at].Joined;
        if (Amount(words, at) is { } number) return Hindi(words, number) ?? To(words, number);
        if (Between.Contains(cue)) return Range(words, Skip(words, at + 1, Joining));
        if (cue == "up" && at + 1 < words.Count && words[at + 1].Joined == "to") cue = "upto";
        if (!Below.Contains(cue) && !Above.Contains(cue)) return JoinedRange(words, at);
        return Amount(words, Skip(words, at + 1, Joining)) is not { } amount
            ? null
            : Below.Contains(cue) ? amount with { Min = null } : amount with { Max = null };
    }

    private static Price? Range(IReadOnlyList<Word> words, int at)
    {
        if (JoinedRange(words, at) is { } joined) return joined;
        return Amount(words, at, isBetween: true) is { } first && Amount(words, Skip(words, first.End, Joining)) is { } second
            && first.Min <= second.Max
                ? new(first.Min, second.Max, second.End)
                : null;
    }

    // 500-900 is one word of two parts.
    private static Price? JoinedRange(IReadOnlyList<Word> words, int at) =>
        at < words.Count && words[at].Parts.Where(x => !Units.Contains(x)).ToList() is [var from, var to]
        && Whole(from) is >= Least and var least && Whole(to) is >= Least and <= Most and var most && least <= most
            ? new(least, most, at + 1)
            : null;

    // 500 to 900.
    private static Price? To(IReadOnlyList<Word> words, Price number)
    {
        var at = Skip(words, number.End, Units);
        return at < words.Count && words[at].Joined == "to" && Amount(words, at + 1) is { } upper && number.Min <= upper.Max
            ? upper with { Min = number.Min }
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

    // 1500, rs1500, 1500rs, 1500.00, 2k, 1.5k, "two thousand five hundred": both ends of a price, of which the caller removes one.
    // In a range, "and" begins the other end.
    private static Price? Amount(IReadOnlyList<Word> words, int at, bool isBetween = false)
    {
        var (sum, part, least, end) = (0m, (decimal?)null, decimal.MaxValue, at);
        for (; end < words.Count; end++)
        {
            var word = words[end].Joined;
            if (Scales.TryGetValue(word, out var scale) && (part is not null || word != "k"))
            {
                // From lakhs to thousands to hundreds.
                if (scale >= least || (scale < 1_000 && part >= scale)) break;
                part = (part ?? 1) * scale;
                if (scale < 1_000) continue;
                (sum, part, least) = (sum + part.Value, null, scale);
            }
            else if (Numbers.TryGetValue(word, out var number) && (part is null || IsAdded(words[end - 1], part.Value, number)))
            {
                part = (part ?? 0) + number;
            }
            // After "two thousand", a small number is a size.
            else if (part is null && Value(words[end]) is { } value && (sum == 0 || value >= Least))
            {
                part = value;
            }
            else if (word != "and" || isBetween || end == at || end + 1 >= words.Count || !Numbers.ContainsKey(words[end + 1].Joined))
            {
                break;
            }
        }

        var rupees = sum + (part ?? 0);
        return rupees is >= Least and <= Most ? new(rupees, rupees, end) : null;
    }

    // Five hundred fifty, twenty five; but not 1500 two.
    private static bool IsAdded(Word before, decimal part, decimal number) =>
        (Numbers.ContainsKey(before.Joined) || Scales.ContainsKey(before.Joined) || before.Joined == "and")
        && ((part % 100 == 0 && number < 100) || (part % 10 == 0 && number < 10));

    // Of one word.
    private static decimal? Value(Word word) => word.Parts.Where(x => !Units.Contains(x)).ToList() switch
    {
        [var digits] => Whole(digits),
        [var digits, { Length: 2 } paise] => Whole(digits) + (Whole(paise) / 100),
        [var digits, "k"] => Whole(digits) * 1_000,
        [var digits, { Length: 1 } tenths, "k"] => (Whole(digits) * 1_000) + (Whole(tenths) * 100),
        _ => null,
    };

    private static decimal? Whole(string digits) =>
        digits.Length <= 9 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // A comma between digits, as in 1,500 and 1,00,000.
    [GeneratedRegex("(?<=[0-9]),(?=[0-9])")]
    private static partial Regex Grouping();

    // In rupees. End: the word after it.
    private sealed record Price(decimal? Min, decimal? Max, int End);
}
