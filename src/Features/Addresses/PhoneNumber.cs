using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Aarya.Features.Addresses;

/// <summary>
/// Telephone numbers as people write or paste them: digits of any script, separated by spaces, hyphens, dots, slashes or parentheses, with
/// + or 00 before the country code.
/// </summary>
public static partial class PhoneNumber
{
    public const string Expected = "must be a telephone number: 6 to 15 digits, with an optional + in front.";

    public const string ExpectedInIndia = "must be an Indian mobile number: ten digits beginning with 6, 7, 8 or 9, with or without +91.";

    /// <summary>Including the separators between the digits.</summary>
    public const int Longest = 40;

    public static bool IsDialled(string text) => Reduced(text) is { } number && Dialled().IsMatch(number);

    public static bool IsIndianMobile(string text) => Reduced(text) is { } number && IndianMobile().IsMatch(number);

    /// <summary>How a number is stored: as it was typed, but in ASCII, with single spaces and without surrounding space.</summary>
    public static string Spelt(string text) => Spaces().Replace(InAscii(text), " ").Trim();

    // The number without separators, with + for a leading 00; null when the text is too long or contains a control character.
    private static string? Reduced(string text)
    {
        if (text.Length > 4 * Longest || text.Any(char.IsControl) || InAscii(text) is not { Length: <= Longest } ascii) return null;
        var number = Between().Replace(ascii, "");
        return number.StartsWith("00", StringComparison.Ordinal) ? $"+{number[2..]}" : number;
    }

    // Address books put invisible direction marks (Unicode Cf) around the numbers that they copy: these are dropped.
    private static string InAscii(string text)
    {
        var ascii = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.DecimalDigitNumber: ascii.Append((int)Rune.GetNumericValue(rune)); break;
                case UnicodeCategory.SpaceSeparator: ascii.Append(' '); break;
                case UnicodeCategory.DashPunctuation: ascii.Append('-'); break;
                case UnicodeCategory.Format: break;
                default: ascii.Append(rune.Value == 0xFF0B ? "+" : rune.ToString()); break;
            }
        }

        return ascii.ToString();
    }

    [GeneratedRegex("[ .()/-]")]
    private static partial Regex Between();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^\+?[0-9]{6,15}\z")]
    private static partial Regex Dialled();

    // The trunk prefix 0 is often written after the country code: +91 (0) 98450 12345.
    [GeneratedRegex(@"^(?:\+?91)?0?[6-9][0-9]{9}\z")]
    private static partial Regex IndianMobile();
}
