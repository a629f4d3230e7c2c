using System.Globalization;
using System.Text;

namespace Aarya.Features.CorePlatform.Users.Passwords;

/// <summary>
/// One spelling per password, so that it is the same on every keyboard: what a Mac types as e and an accent, a telephone types as é. By the
/// OpaqueString profile (RFC 8265 section 4.2.2): every kind of space becomes U+0020, the text is composed (NFC), case and surrounding
/// spaces stay.
/// </summary>
public static class Password
{
    public const int Shortest = 8;

    /// <summary>Longer than what people type, and short enough to be cheap.</summary>
    public const int Longest = 128;

    public const string Unreadable = "must be valid Unicode text.";

    // A code point decomposes into at most four (Unicode Standard Annex #15, section 9 table 8).
    private const int LongestTyped = 4 * Longest;

    /// <summary>The spelling that is hashed, of a password for which <see cref="IsReadable"/> is true.</summary>
    public static string Compose(string password) => NormalForm.Of(WithPlainSpaces(password));

    /// <summary>The length that limits apply to: code points after composition, as NIST SP 800-63B section 3.1.1.2 counts them.</summary>
    public static int Length(string password) => Compose(password).EnumerateRunes().Count();

    /// <summary>Whether it has a spelling to hash: no half surrogate pair, no U+FFFE, at most thirty marks on one letter.</summary>
    public static bool IsReadable(string password) => NormalForm.Has(password);

    /// <summary>
    /// Whether it can be an existing password; one that was set before passwords were composed was measured as it was typed.
    /// </summary>
    public static bool CouldBe(string password) =>
        password.Length <= LongestTyped && IsReadable(password) && (password.Length <= Longest || Length(password) <= Longest);

    /// <summary>
    /// The spellings that a stored hash may have been made of, today's first: then the text as it was typed and, as another keyboard may
    /// have typed it, composed and decomposed with its own spaces.
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
