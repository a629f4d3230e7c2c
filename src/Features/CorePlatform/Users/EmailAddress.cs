using System.Globalization;
using System.Text.RegularExpressions;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// One spelling per mailbox: trimmed, lower case, the domain in its ASCII form (RFC 5890). The mailbox part is a dot-atom of RFC 5321;
/// quoted ones and domains without a dot are not taken.
/// </summary>
public static partial class EmailAddress
{
    /// <summary>RFC 5321 section 4.5.3.1.3, without the angle brackets.</summary>
    public const int Longest = 254;

    /// <summary>The one spelling, or null when the text is no address that mail could reach.</summary>
    public static string? Normalize(string? text)
    {
        if (text is null || text.Trim() is not { Length: > 0 and <= Longest } trimmed) return null;
        var at = trimmed.LastIndexOf('@');
        if (at is < 1 or > 64 || !Mailbox().IsMatch(trimmed.AsSpan(0, at))) return null;
        try
        {
            var domain = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(trimmed[(at + 1)..].ToLowerInvariant());
            var address = $"{trimmed[..at].ToLowerInvariant()}@{domain}";
            return domain.Contains('.', StringComparison.Ordinal) && !domain.EndsWith('.') && address.Length <= Longest ? address : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\z")]
    private static partial Regex Mailbox();
}
