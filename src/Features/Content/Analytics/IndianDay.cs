namespace Aarya.Features.Content.Analytics;

/// <summary>The calendar and the clock of India.</summary>
public static class IndianDay
{
    /// <summary>The name of the time zone, for a query.</summary>
    public const string Zone = "Asia/Kolkata";

    private static readonly TimeZoneInfo India = TimeZoneInfo.FindSystemTimeZoneById(Zone);

    public static DateOnly Of(DateTimeOffset at) => DateOnly.FromDateTime(TimeOf(at).DateTime);

    /// <summary>The same moment by the clocks of India.</summary>
    public static DateTimeOffset TimeOf(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, India);
}
