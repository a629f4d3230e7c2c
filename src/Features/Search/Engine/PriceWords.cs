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
        one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15
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

    // 1500, rs1500, 1500.00, 2k, 1.5 lakh, "two thousand five hundred": both ends of a price, of which the caller removes one. It goes from
    // lakhs to thousands to the rest. In a range, "and" begins the other end.
    private static Price? Amount(IReadOnlyList<Word> words, int at, bool isBetween = false)
    {
        var (sum, least, end) = (0m, decimal.MaxValue, at);
        while (true)
        {
            var from = !isBetween && end > at && end < words.Count && words[end].Joined == "and" ? end + 1 : end;
            if (Part(words, from, isBetween) is not { } part) break;
            var scale = part.End < words.Count ? Scales.GetValueOrDefault(words[part.End].Joined) : 0;
            if (scale >= 1_000 && scale < least)
            {
                (sum, least, end) = (sum + (part.Value * scale), scale, part.End + 1);
                continue;
            }

            // After "two thousand", a small number is a size or something else.
            if (sum == 0 || part.Value >= Least || from > end) (sum, end) = (sum + part.Value, part.End);
            break;
        }

        return sum is >= Least and <= Most ? new(sum, sum, end) : null;
    }

    // What a scale of thousands or more can follow: digits, or words below a thousand.
    private static (decimal Value, int End)? Part(IReadOnlyList<Word> words, int at, bool isBetween)
    {
        if (at >= words.Count) return null;
        var isHundred = at + 1 < words.Count && Scales.GetValueOrDefault(words[at + 1].Joined) == 100;
        var isScaled = isHundred || (at + 1 < words.Count && Scales.ContainsKey(words[at + 1].Joined));
        if (Scales.TryGetValue(words[at].Joined, out var alone))
        {
            // "Under a thousand", but not the end of a number that is not read.
            if (words[at].Joined == "k" || (at > 0 && words[at - 1].Joined.Any(char.IsDigit))) return null;
            return alone == 100 ? Hundreds(words, 1, at + 1, isBetween) : (1, at);
        }

        if (words[at].Joined == "a") return !isScaled ? null : isHundred ? Hundreds(words, 1, at + 2, isBetween) : (1, at + 1);
        if (Digits(words[at], isScaled) is { } digits) return isHundred ? (digits * 100, at + 2) : (digits, at + 1);
        if (Tens(words, at) is not { } tens) return null;
        return tens.End < words.Count && Scales.GetValueOrDefault(words[tens.End].Joined) == 100
            ? Hundreds(words, tens.Value, tens.End + 1, isBetween)
            : tens;
    }

    // Five hundred (and) fifty.
    private static (decimal Value, int End) Hundreds(IReadOnlyList<Word> words, decimal hundreds, int end, bool isBetween)
    {
        var isJoined = !isBetween && end < words.Count && words[end].Joined == "and";
        return Tens(words, isJoined ? end + 1 : end) is { } tens && (isJoined || tens.Value >= 10)
            && !(tens.End < words.Count && Scales.GetValueOrDefault(words[tens.End].Joined) == 100)
                ? ((hundreds * 100) + tens.Value, tens.End)
                : (hundreds * 100, end);
    }

    // Five, twenty five.
    private static (decimal Value, int End)? Tens(IReadOnlyList<Word> words, int at)
    {
        if (at >= words.Count || !Numbers.TryGetValue(words[at].Joined, out var tens)) return null;
        return tens >= 20 && at + 1 < words.Count && Numbers.TryGetValue(words[at + 1].Joined, out var units) && units < 10
            ? (tens + units, at + 2)
            : (tens, at + 1);
    }

    // Of one word. Tenths only before a scale: 1.5 lakh.
    private static decimal? Digits(Word word, bool isScaled) => word.Parts.Where(x => !Units.Contains(x)).ToList() switch
    {
        [var digits] => Whole(digits),
        [var digits, { Length: 1 } tenths] when isScaled => Whole(digits) + (Whole(tenths) / 10),
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
