using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Analytics;

/// <summary>Days, or whole months, whose counts are added to a sum.</summary>
/// <param name="IsSubtracted">True when their counts are subtracted from it instead.</param>
public sealed record CountedSpan(DateOnly From, DateOnly To, bool IsOfMonths = false, bool IsSubtracted = false);

/// <summary>Days by the calendar of India, the last one included.</summary>
public sealed record DayRange(DateOnly From, DateOnly To)
{
    private const int Usual = 30;
    private const int Most = 731;
    private const int HalfOfMonth = 15;

    /// <summary>As many days immediately before.</summary>
    public DayRange Before => new(From.AddDays(-Days), From.AddDays(-1));

    /// <summary>The last day that has counts; by default, every day may have counts.</summary>
    public DateOnly Today { get; init; } = DateOnly.MaxValue;

    /// <summary>
    /// The spans whose sum is that of the range, with few rows to read: whole months, and the days at both ends. A month that is mostly in
    /// the range counts as a whole, and its days outside the range are subtracted.
    /// </summary>
    /// <param name="isFull">
    /// Whether the sums of a month lack subjects that its days have: of such a month, a part is read day by day.
    /// </param>
    public IReadOnlyList<CountedSpan> SpansOf(Predicate<DateOnly> isFull)
    {
        var (first, end) = (CountKinds.MonthOf(From), CountKinds.MonthOf(To));
        var nextMonth = end.AddMonths(1);
        // No day after today has counts, so none is subtracted.
        var last = Earlier(nextMonth.AddDays(-1), Today < To ? To : Today);
        // Fewer days of the last month are outside the range than in it.
        if (last.DayNumber - To.DayNumber < To.Day && (To.AddDays(1) == nextMonth || !isFull(end))) end = nextMonth;
        if (From.Day > HalfOfMonth || (From.Day > 1 && isFull(first))) first = first.AddMonths(1);
        if (first >= end) return [new(From, To)];
        CountedSpan[] spans =
        [
            new(first, end.AddDays(-1), IsOfMonths: true), new(From, first.AddDays(-1)), new(end, To),
            new(first, From.AddDays(-1), IsSubtracted: true), new(To.AddDays(1), Earlier(end.AddDays(-1), last), IsSubtracted: true),
        ];
        return [.. spans.Where(x => x.From <= x.To)];
    }

    private int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>The last 30 days if neither end is given; else 30 days from or to the given end, or what is between both.</summary>
    public static DayRange Of(DateOnly? from, DateOnly? to, DateTimeOffset now)
    {
        var today = IndianDay.Of(now);
        var last = to ?? (from is { } first ? Earlier(first.AddDays(Usual - 1), today) : today);
        return new(from ?? last.AddDays(1 - Usual), last) { Today = today };
    }

    public static ProblemDetails Validate(DateOnly? from, DateOnly? to, DateTimeOffset now)
    {
        var earliest = new DateOnly(2000, 1, 1);
        if (from < earliest || from > IndianDay.Of(now))
            return Problem.Invalid("from", "must not be in the future, nor before 2000.");
        if (to < earliest || to?.Year > 9_000) return Problem.Invalid("to", "must not be before 2000, nor after 9000.");
        var range = Of(from, to, now);
        if (range.To < range.From) return Problem.Invalid("to", "must not be before from.");
        return range.Days > Most ? Problem.Invalid("from", $"must be at most {Most} days before to.") : WolverineContinue.NoProblems;
    }

    private static DateOnly Earlier(DateOnly a, DateOnly b) => a < b ? a : b;
}
