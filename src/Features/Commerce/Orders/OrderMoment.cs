using System.Globalization;
using System.Text.RegularExpressions;

namespace Aarya.Features.Commerce.Orders;

/// <summary>A point in time as staff enter it: a day in India's time zone, or an instant with its offset (ISO 8601).</summary>
internal static partial class OrderMoment
{
    public const string Expectation = "must be a day such as 2026-01-31, or an instant such as 2026-01-31T09:30:00+05:30.";

    private static readonly TimeSpan India = new(5, 30, 0);
    private static readonly DateOnly Earliest = new(1970, 1, 1);
    private static readonly DateOnly Latest = new(9998, 12, 31);

    /// <summary>The first moment of a day, or the instant; null when it is neither.</summary>
    public static DateTimeOffset? From(string text) => Parse(text, addDays: 0);

    /// <summary>The first moment after a day, or the instant; null when it is neither.</summary>
    public static DateTimeOffset? Until(string text) => Parse(text, addDays: 1);

    private static DateTimeOffset? Parse(string text, int addDays)
    {
        // In a URL, an unescaped plus is decoded as a space.
        var written = text.Trim().Replace(' ', '+');
        if (DateOnly.TryParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day < Earliest || day > Latest
                ? null
                : new DateTimeOffset(day.AddDays(addDays).ToDateTime(TimeOnly.MinValue), India).ToUniversalTime();
        return Instant().IsMatch(written) && DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            && at.UtcDateTime >= Earliest.ToDateTime(TimeOnly.MinValue) && at.UtcDateTime < Latest.ToDateTime(TimeOnly.MinValue)
            ? at.ToUniversalTime()
            : null;
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Instant();
}
