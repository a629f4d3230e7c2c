using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Analytics;

/// <summary>Days by the calendar of India, the last one included.</summary>
public sealed record DayRange(DateOnly From, DateOnly To)
{
    private const int Usual = 30;
    private const int Most = 731;

    /// <summary>As many days immediately before.</summary>
    public DayRange Before => new(From.AddDays(-Days), From.AddDays(-1));

    /// <summary>The first day of the first month that is not cut by the beginning of the range.</summary>
    public DateOnly FirstMonth => From.Day == 1 ? From : CountKinds.MonthOf(From).AddMonths(1);

    /// <summary>The day after the last month that is not cut by the end of the range; not after FirstMonth when there is none.</summary>
    public DateOnly MonthsEnd => CountKinds.MonthOf(To.AddDays(1));

    private int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>The last 30 days if neither end is given; else 30 days from or to the given end, or what is between both.</summary>
    public static DayRange Of(DateOnly? from, DateOnly? to, DateTimeOffset now)
    {
        var today = IndianDay.Of(now);
        var last = to ?? (from is { } first ? Earlier(first.AddDays(Usual - 1), today) : today);
        return new(from ?? last.AddDays(1 - Usual), last);
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
