using System.Globalization;
using System.Text;
using FluentValidation;

namespace Aarya.Features;

/// <summary>
/// Finds numbers of payment cards (ISO/IEC 7812-1) in what people type: a card number in the wrong field is refused and not stored. It has
/// 13 to 19 digits of any script, together or in groups, and a correct check digit by Luhn's formula.
/// </summary>
/// <remarks>
/// One such number in ten has a correct check digit by chance. So that telephone numbers and adjacent numbers are not refused, digits that
/// are not written as one card number must also have an issuer's prefix and the length of its cards.
/// </remarks>
public static class CardNumber
{
    public const string Refused = "must not contain the number of a payment card.";

    public const string RefusedAsPhone =
        "must not be the number of a payment card; begin a foreign telephone number with +.";

    private const int Shortest = 13;
    private const int Longest = 19;

    // Card numbers are printed in groups of at most this length, with few separators between two groups.
    private const int LongestGroup = 6;
    private const int MostBetween = 3;

    // Prefixes from - to, and lengths: Visa, Mastercard, American Express, Diners Club, Discover and RuPay, JCB, UnionPay, RuPay, Maestro.
    private static readonly (int From, int To, int[] Lengths)[] Issued =
    [
        (4, 4, [13, 16, 19]), (51, 55, [16]), (2221, 2720, [16]), (34, 34, [15]), (37, 37, [15]),
        (300, 305, [14]), (36, 36, [14]), (38, 39, [14]), (6011, 6011, [16, 19]), (644, 649, [16, 19]), (65, 65, [16, 19]),
        (3528, 3589, [16, 19]), (62, 62, [16, 17, 18, 19]), (60, 60, [16]), (81, 82, [16]), (508, 508, [16]),
        (5018, 5018, [13, 16, 19]), (5020, 5020, [13, 16, 19]), (5038, 5038, [13, 16, 19]), (5893, 5893, [13, 16, 19]),
        (6304, 6304, [13, 16, 19]), (6759, 6759, [13, 16, 19]), (6761, 6763, [13, 16, 19]),
    ];

    // Trimmed text that is longer is refused for its length, so it is not searched.
    private const int LongestText = 4_000;

    /// <summary>Whether the text contains a card number.</summary>
    public static bool IsIn(string? text) => text?.Trim() is { Length: <= LongestText } trimmed && Runs(trimmed).Any(HoldsCard);

    /// <summary>Whether a telephone number, however it is written, is a card number; one with a country code never is.</summary>
    public static bool IsDialled(string? text)
    {
        if (text?.Trim() is not { Length: <= LongestText } trimmed) return false;
        var run = Runs(string.Concat(trimmed.Where(x => x is not ('(' or ')')))).FirstOrDefault();
        return run is { IsInternational: false } && string.Concat(run.Groups) is var digits && IsRight(digits) && IsIssued(digits);
    }

    /// <summary>A text that must not contain a card number.</summary>
    public static IRuleBuilderOptions<T, string?> WithoutCardNumber<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(x => !IsIn(x)).WithMessage(Refused);

    /// <param name="HasUnusualSeparators">Its groups have separators that card numbers are not written with.</param>
    private sealed record Run(List<string> Groups, bool IsInternational, bool HasUnusualSeparators = false);

    private static bool HoldsCard(Run run)
    {
        for (var first = run.IsInternational ? 1 : 0; first < run.Groups.Count; first++)
        {
            var digits = "";
            for (var last = first; last < run.Groups.Count && digits.Length <= Longest; last++)
            {
                digits += run.Groups[last];
                if (!IsRight(digits)) continue;
                var isWhole = !run.HasUnusualSeparators && first == 0 && last == run.Groups.Count - 1
                    && (run.Groups.Count == 1 || run.Groups.All(x => x.Length is > 1 and <= LongestGroup));
                // No card number begins with 0; 9 is reserved for national use, and Indian mobile numbers begin with it.
                if (isWhole ? digits[0] is >= '1' and <= '8' : IsIssued(digits)) return true;
            }
        }

        return false;
    }

    // Groups of digits with spaces, dashes, dots or any other signs between them.
    private static IEnumerable<Run> Runs(string text)
    {
        Run? run = null;
        var group = new StringBuilder();
        var between = 0;
        var plus = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber)
            {
                run ??= new([], plus);
                if (between > 0) EndGroup();
                group.Append((int)Rune.GetNumericValue(rune));
                between = 0;
                continue;
            }

            // Invisible characters and marks on a digit do not divide a number.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
                continue;
            plus = rune.Value is '+' or 0xFF0B;
            if (run is null) continue;
            between++;
            // A + after another separator begins a separate telephone number.
            if (between <= MostBetween && !(plus && between > 1) && (IsBetween(rune) || IsSign(rune)))
            {
                if (!IsBetween(rune)) run = run with { HasUnusualSeparators = true };
                continue;
            }

            EndGroup();
            yield return Ended(run);
            (run, between) = (null, 0);
        }

        if (run is null) yield break;
        EndGroup();
        yield return Ended(run);

        void EndGroup()
        {
            if (group.Length > 0) run!.Groups.Add(group.ToString());
            group.Clear();
        }
    }

    private static Run Ended(Run run) =>
        run with { IsInternational = run.IsInternational || run.Groups[0].StartsWith("00", StringComparison.Ordinal) };

    private static bool IsBetween(Rune rune) => rune.Value is '.' or '_' || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation or UnicodeCategory.Control;

    private static bool IsSign(Rune rune) => Rune.IsPunctuation(rune) || Rune.IsSymbol(rune);

    private static bool IsRight(string digits)
    {
        if (digits.Length is < Shortest or > Longest) return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
        }

        return sum % 10 == 0 && digits.Any(x => x != '0');
    }

    private static bool IsIssued(string digits) => Issued.Any(x =>
    {
        var prefix = int.Parse(digits.AsSpan(0, x.From.ToString(CultureInfo.InvariantCulture).Length), CultureInfo.InvariantCulture);
        return prefix >= x.From && prefix <= x.To && x.Lengths.Contains(digits.Length);
    });
}
