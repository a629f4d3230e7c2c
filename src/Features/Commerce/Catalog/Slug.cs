using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>How a name is written in an address.</summary>
public static partial class Slug
{
    public const int Longest = 96;

    // Globalization is invariant here, so accents are taken off by hand: what is in a list stands for its first letter.
    private static readonly FrozenDictionary<char, char> Plain = new[]
        { "aàáâãäåāăą", "cçćĉċč", "dďđ", "eèéêëēĕėęě", "gĝğġģ", "hĥħ", "iìíîïĩīĭįı", "jĵ", "kķ", "lĺļľŀł", "nñńņňŉ", "oòóôõöøōŏő", "rŕŗř", "sśŝşš", "tţťŧ", "uùúûüũūŭůűų", "wŵ", "yýÿŷ", "zźżž" }
        .SelectMany(x => x.Skip(1).Select(y => (Accented: y, Letter: x[0]))).ToFrozenDictionary(x => x.Accented, x => x.Letter);

    /// <summary>Lower case, accents and apostrophes dropped, everything else that is not a letter or digit one hyphen.</summary>
    public static string Of(string name)
    {
        StringBuilder slug = new(name.Length);
        foreach (var c in name.ToLowerInvariant())
        {
            var letter = Plain.GetValueOrDefault(c, c);
            if (char.IsAsciiLetterOrDigit(letter)) slug.Append(letter);
            else if (c is not ('\'' or '’') && slug is [.., not '-']) slug.Append('-');
        }

        return slug.ToString().Trim('-');
    }

    /// <summary>An id looks like a slug too, but then the address could mean either.</summary>
    public static bool IsValid(string slug) => slug.Length <= Longest && Shape().IsMatch(slug) && !Guid.TryParseExact(slug, "D", out _);

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
