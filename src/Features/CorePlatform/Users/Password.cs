using System.Globalization;
using System.Text;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// One spelling per password, so that it is the same on every keyboard: what a Mac types as e and an accent, a telephone types as é. By the
/// OpaqueString profile (RFC 8265 section 4.2.2): every kind of space is U+0020, the text is composed (NFC), case and spaces around stay.
/// </summary>
public static class Password
{
    public const int Shortest = 8;

    /// <summary>Far beyond what anybody types, and short enough to cost nothing.</summary>
    public const int Longest = 128;

    public const string Unreadable = "must be valid Unicode text.";

    // A code point is at most four when it is taken apart (Unicode Standard Annex #15, section 9 table 8).
    private const int LongestTyped = 4 * Longest;

    /// <summary>The spelling that is hashed, of one that <see cref="IsReadable"/>.</summary>
    public static string Compose(string password) => NormalForm.Of(WithPlainSpaces(password));

    /// <summary>The length that limits mean: code points once composed, as NIST SP 800-63B section 3.1.1.2 counts.</summary>
    public static int Length(string password) => Compose(password).EnumerateRunes().Count();

    /// <summary>Whether it has a spelling to hash: no half surrogate pair, no U+FFFE, no more than thirty marks on one letter.</summary>
    public static bool IsReadable(string password) => NormalForm.Has(password);

    /// <summary>Whether it can be a password in use; what was set before passwords were composed was measured as it was typed.</summary>
    public static bool CouldBe(string password) =>
        password.Length <= LongestTyped && IsReadable(password) && (password.Length <= Longest || Length(password) <= Longest);

    /// <summary>
    /// What a hash may have been made of, today's first: then the text as it is typed and, as it may have been typed on another keyboard,
    /// taken apart and composed with its own spaces.
    /// </summary>
    public static IReadOnlyList<string> Spellings(string password)
    {
        var (composed, decomposed) = (NormalForm.Of(password), NormalForm.Of(password, NormalizationForm.FormD));
        string[] all = [Compose(password), password, composed, decomposed];
        return [.. all.Distinct(StringComparer.Ordinal)];
    }

    private static string WithPlainSpaces(string password) =>
        string.Concat(password.Select(x => char.GetUnicodeCategory(x) == UnicodeCategory.SpaceSeparator ? ' ' : x));
}
