using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Aarya.Features.Addresses;

/// <summary>
/// The format of postal codes in the countries that we often send to, by the Universal Postal Union's descriptions; elsewhere any short
/// text is accepted.
/// </summary>
public static class PostalCode
{
    public const int Longest = 20;

    // 9 is a digit, A a letter; a slash separates alternatives. A space or a hyphen may be left out, or written as the other.
    private const string Table =
        """
        AT 9999|AU 9999|BD 9999|BE 9999|BR 99999-999|CA A9A 9A9|CH 9999|CN 999999|DE 99999|DK 9999|ES 99999|FI 99999|FR 99999
        GB A9 9AA/A99 9AA/AA9 9AA/AA99 9AA/A9A 9AA/AA9A 9AA|ID 99999|IN 999 999|IT 99999|JP 999-9999|KR 99999|LK 99999|MX 99999|MY 99999
        NL 9999 AA|NO 9999|NP 99999|NZ 9999|PH 9999|PK 99999|PL 99-999|PT 9999-999|RU 999999|SA 99999|SE 999 99|SG 999999|TH 99999|TR 99999
        US 99999/99999-9999|VN 99999/999999|ZA 9999
        """;

    private static readonly FrozenDictionary<string,
        Regex> Patterns = Table.Split(['|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .ToFrozenDictionary(x => x[..2],
            x => new Regex($"^(?:{string.Join('|', x[3..].Split('/').Select(Pattern))})\\z", RegexOptions.CultureInvariant));

    // Countries that have no postal codes, or hardly use them.
    private static readonly FrozenSet<string> Without =
        ("AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CM DJ DM ER FJ GD GH GM GQ GY HK IE JM KI KM KN KP LC "
            + "ML MO MR MU MW NR NU PA QA RW SB SC SL SO SR ST SY TD TG TK TO TT TV UG VC VU WS YE ZW")
            .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    // Countries whose addresses need a state, province or prefecture.
    private static readonly FrozenSet<string> WithStates = "AU BR CA CN IN IT JP MX MY US".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public static bool IsNeededIn(string country) => !Without.Contains(country);

    public static bool StateIsNeededIn(string country) => WithStates.Contains(country);

    /// <summary>Whether the code has this country's format, however it is spelt; true when no format is known.</summary>
    public static bool IsOf(string country, string code)
    {
        if (!Patterns.TryGetValue(country, out var pattern)) return true;
        var spelt = Spelt(country, code);
        return pattern.IsMatch(spelt) && (country != "IN" || spelt[0] != '0');
    }

    /// <summary>
    /// How a code is stored: composed, in capitals, with ASCII digits and single spaces or hyphens; in India without them.
    /// </summary>
    public static string Spelt(string country, string code)
    {
        var spelt = new StringBuilder(code.Length);
        foreach (var rune in PersonText.Compose(code).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            var isSpace = category is UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation;
            if (category == UnicodeCategory.DecimalDigitNumber) spelt.Append((int)Rune.GetNumericValue(rune));
            else if (!isSpace) spelt.Append(rune.ToString().ToUpperInvariant());
            else if (country != "IN" && spelt.Length > 0 && spelt[^1] is not (' ' or '-'))
                spelt.Append(category == UnicodeCategory.SpaceSeparator ? ' ' : '-');
        }

        return spelt.ToString();
    }

    private static string Pattern(string example) =>
        string.Concat(example.Select(x => x switch { '9' => "[0-9]", 'A' => "[A-Z]", _ => "[ -]?" }));
}
