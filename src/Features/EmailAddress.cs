using System.Globalization;
using System.Text.RegularExpressions;
using FluentValidation;

namespace Aarya.Features;

/// <summary>
/// The one rule for mail addresses in all contexts. One spelling per mailbox: trimmed, lower case, the domain in its ASCII form (RFC 5890).
/// The mailbox part is a dot-atom of RFC 5321; quoted mailboxes, domains without a dot and display names are refused.
/// </summary>
public static partial class EmailAddress
{
    /// <summary>RFC 5321 section 4.5.3.1.3, without the angle brackets.</summary>
    public const int Longest = 254;

    private const string Expected = "must be an e-mail address.";

    /// <summary>The one spelling, or null when the text is not a valid address.</summary>
    public static string? Normalize(string? text)
    {
        // A line break, even at the end, could start another header of the mail.
        if (text is null || text.Any(char.IsControl) || text.Trim() is not { Length: > 0 and <= Longest } trimmed) return null;
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

    /// <summary>An address that will be stored.</summary>
    public static IRuleBuilderOptions<T, string?> NewEmailAddressOfAPerson<T>(this IRuleBuilder<T, string> rule) =>
        // The rule before refuses a longer text. Mixed needs quadratic time, so it must not read one.
        rule.EmailAddressOfAPerson()
            .Must(x => x?.Trim() is not { Length: <= Longest } trimmed || !CardNumber.IsIn(Mixed().Replace(trimmed, "x")))
            .WithMessage(CardNumber.Refused);

    public static IRuleBuilderOptions<T, string> EmailAddressOfAPerson<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(x => Normalize(x) is not null).WithMessage(Expected);

    // Digits followed by letters come from generated names: they satisfy Luhn's formula only by chance.
    [GeneratedRegex("[0-9A-Za-z]*[0-9][A-Za-z][0-9A-Za-z]*")]
    private static partial Regex Mixed();

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Mailbox();
}
