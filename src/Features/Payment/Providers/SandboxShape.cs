using System.Text.RegularExpressions;

namespace Aarya.Features.Payment.Providers;

/// <summary>
/// The rules for the members of the sandbox's JSON. A signature proves the sender, not the content: everything that is stored, shown or
/// computed with is checked first.
/// </summary>
internal static partial class SandboxShape
{
    /// <summary>More than the total of any order, and far below where sums overflow.</summary>
    private const long MostMinor = 1_000_000_000_000;

    private const int MostAttempts = 10_000;

    /// <summary>An id from the provider: of an event, a charge or a refund.</summary>
    public static string? FaultOfId(string member, string? id) =>
        id is not null && Id().IsMatch(id) ? null : $"{member} must be 1 to 100 letters, digits, '_', '-', '.' or ':'";

    public static string? FaultOfAmount(string member, long amount, string? currency) =>
        amount is < 0 or > MostMinor ? $"{member}.amount must be from 0 to {MostMinor}"
        : currency is null || !Currency().IsMatch(currency) ? $"{member}.currency must be three capital letters"
        : null;

    /// <summary>A machine-readable code such as <c>insufficient_funds</c>; it may be absent.</summary>
    public static string? FaultOfCode(string member, string? code) =>
        code is null || Code().IsMatch(code) ? null : $"{member} must be 1 to 100 small letters, digits or '_'";

    public static string? FaultOfAttempt(int attempt) =>
        attempt is >= 1 and <= MostAttempts ? null : $"charge.attempt must be from 1 to {MostAttempts}";

    public static string? FaultOfCard(string? brand, string? last4, int month, int year) =>
        brand is null || !Brand().IsMatch(brand) ? "charge.card.brand must be 1 to 40 letters, digits, spaces, '_' or '-'"
        : last4 is null || !LastFour().IsMatch(last4) ? "charge.card.last4 must be four digits"
        : month is < 1 or > 12 ? "charge.card.expMonth must be from 1 to 12"
        : year is < 2000 or > 2200 ? "charge.card.expYear must be from 2000 to 2200"
        : null;

    /// <summary>The page that a shopper is sent to; it may be absent.</summary>
    public static string? FaultOfUrl(string member, string? url) =>
        url is null || (url.Length <= 2000 && Url().IsMatch(url) && Uri.TryCreate(url, UriKind.Absolute, out _))
            ? null
            : $"{member} must be an http or https URL";

    [GeneratedRegex(@"^[A-Za-z0-9_.:-]{1,100}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^[A-Z]{3}\z")]
    private static partial Regex Currency();

    [GeneratedRegex(@"^[a-z0-9_]{1,100}\z")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[A-Za-z0-9 _-]{1,40}\z")]
    private static partial Regex Brand();

    [GeneratedRegex(@"^[0-9]{4}\z")]
    private static partial Regex LastFour();

    [GeneratedRegex(@"^https?://[!-~]+\z")]
    private static partial Regex Url();
}
