using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AnyAscii;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>The form of a name in URLs.</summary>
public static partial class Slug
{
    public const int Longest = 96;

    // A slug that looks like an id would be ambiguous, because products are looked up by either.
    private const string BeforeId = "item-";

    /// <summary>
    /// Lower-case ASCII letters and digits, transliterated from any script. Apostrophes are dropped; everything else between words becomes
    /// one hyphen; cut at the end of a word. Empty when the name has no character for a slug.
    /// </summary>
    public static string Of(string name)
    {
        StringBuilder slug = new(name.Length);
        foreach (var rune in NormalForm.Of(name).EnumerateRunes()) Append(slug, rune);
        var whole = Cut(slug.ToString().Trim('-'), Longest);
        return IsId(whole) ? BeforeId + whole : whole;
    }

    /// <summary>The slug, or its beginning to the end of the last word that fits.</summary>
    public static string Cut(string slug, int longest)
    {
        if (slug.Length <= longest) return slug;
        var end = slug[longest] == '-' ? longest : slug.LastIndexOf('-', longest - 1);
        return slug[..(end > 0 ? end : longest)].TrimEnd('-');
    }

    /// <summary>The slug, or else its first numbered form (<c>linen-tee-2</c>) that is not taken.</summary>
    public static string FirstFree(string slug, IReadOnlySet<string> taken)
    {
        for (var (number, next) = (2, slug); ; number++)
        {
            if (!taken.Contains(next)) return next;
            var suffix = string.Create(CultureInfo.InvariantCulture, $"-{number}");
            next = Cut(slug, Longest - suffix.Length) + suffix;
        }
    }

    /// <summary>An id has the shape of a slug but is not valid, because an address could then mean either.</summary>
    public static bool IsValid(string slug) => slug.Length <= Longest && Shape().IsMatch(slug) && !IsId(slug);

    private static void Append(StringBuilder slug, Rune rune)
    {
        var isLetter = Rune.IsLetter(rune);
        var start = slug.Length;
        foreach (var c in rune.ToString().Transliterate().ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c)) slug.Append(c);
            // A sign that transliterates a part of a letter (the Cyrillic soft sign) does not separate words.
            else if (!isLetter && c != '\'' && slug is [.., not '-']) slug.Append('-');
        }

        // A mark or a joiner without a sound is part of the letter before it; any other sign separates words.
        if (slug.Length == start && !isLetter && !IsPartOfLetter(rune) && !IsApostrophe(rune) && slug is [.., not '-']) slug.Append('-');
    }

    private static bool IsPartOfLetter(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format;

    private static bool IsApostrophe(Rune rune) => rune.Value is '\'' or '’' or 'ʼ';

    private static bool IsId(string slug) => Guid.TryParseExact(slug, "D", out _);

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
