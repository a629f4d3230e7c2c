using System.Buffers;
using System.Globalization;
using System.Text;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>
/// The address of a product image. Browsers accept addresses that are not valid: they read a backslash as a slash, so that
/// <c>/\evil.example</c> is another site, and drop line breaks and tabs. A quote can end the attribute in an HTML page. So an address may
/// contain only the characters of RFC 3986 without quotes, and letters and digits of other scripts.
/// </summary>
public static class ImageAddress
{
    public const string Expected = "must be an https URL or a path of this shop.";

    private const int Longest = 500;

    private static readonly SearchValues<char> Signs = SearchValues.Create("-._~:/?#[]@!$&()*+,;=%");

    public static bool IsOne(string? address) =>
        address is { Length: > 0 and <= Longest } && address.EnumerateRunes().All(IsAllowed) && (IsPath(address) || IsUrl(address));

    // In many scripts, vowels and accents are marks, separate from their letters.
    private static bool IsAllowed(Rune rune) => Rune.IsLetterOrDigit(rune) || (rune.IsBmp && Signs.Contains((char)rune.Value))
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsPath(string address) => address[0] == '/' && !address.StartsWith("//", StringComparison.Ordinal);

    // The prefix is required: without the two slashes a browser reads it as a path of the page's own site.
    private static bool IsUrl(string address) =>
        address.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        && Uri.TryCreate(address, UriKind.Absolute, out var url) && url is { Scheme: "https", UserInfo: "", Host.Length: > 0 };
}
