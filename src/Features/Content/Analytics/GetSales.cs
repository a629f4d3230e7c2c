using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Analytics;

/// <summary>How long a period of a report is.</summary>
public enum ReportPeriod
{
    Day,

    /// <summary>From Monday on.</summary>
    Week,
    Month,
}

/// <summary>What was sold in a period. Refunds count on the day on which they were made.</summary>
/// <param name="From">The first day, by the calendar of India.</param>
/// <param name="Orders">The orders that were paid.</param>
/// <param name="Items">The pieces in them.</param>
/// <param name="Revenue">Their totals.</param>
/// <param name="AverageOrder">The revenue per order, rounded to the paisa; null without an order.</param>
/// <param name="Net">The revenue without the refunds.</param>
public sealed record SalesOfPeriod(
    DateOnly From, DateOnly To, long Orders, long Items, Money Revenue, Money? AverageOrder, long Refunds, Money Refunded, Money Net);

/// <param name="Items">One per period, the earliest first. The first and the last may be cut by the range.</param>
/// <param name="Before">The same number of days immediately before.</param>
public sealed record SalesReport(IReadOnlyList<SalesOfPeriod> Items, SalesOfPeriod Total, SalesOfPeriod Before);

/// <summary>
/// Revenue, orders and refunds by day, week or month. The figures come from the events of orders, not from visitors, and are at most half
/// a minute old. With <c>format=csv</c> the answer is a CSV file.
/// </summary>
[Authorize("admin")]
public static class GetSalesEndpoint
{
    public static ProblemDetails Validate(DateOnly? from, DateOnly? to, string? format, TimeProvider time) =>
        Csv.Validate(format) ?? DayRange.Validate(from, to, time.GetUtcNow());

    [WolverineGet("/api/admin/analytics/sales")]
    [ProducesResponseType<SalesReport>(StatusCodes.Status200OK)]
    public static async Task<IResult> Get(
        DateOnly? from, DateOnly? to, ReportPeriod? by, string? format, DailyCounts counts, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var range = DayRange.Of(from, to, now);
        var days = await counts.PerDayAsync(new(range.Before.From, range.To), CountKinds.Sales, cancellation);
        var periods = PeriodsOf(range, by ?? ReportPeriod.Day).Select(x => (Range: x, Sum: Sum(x, days))).ToList();
        return format is null
            ? Results.Json(new SalesReport(
                periods.ConvertAll(x => x.Sum.OfPeriod(x.Range)), Sum(range, days).OfPeriod(range),
                Sum(range.Before, days).OfPeriod(range.Before)))
            : Csv.Of("sales", ["from", "to", .. SalesSum.Titles],
                periods.Select(x => (string[])[Csv.Day(x.Range.From), Csv.Day(x.Range.To), .. x.Sum.Fields]));
    }

    // The first and the last period end with the range.
    private static IEnumerable<DayRange> PeriodsOf(DayRange range, ReportPeriod by)
    {
        for (var day = range.From; day <= range.To;)
        {
            var next = by switch
            {
                ReportPeriod.Day => day.AddDays(1),
                ReportPeriod.Week => day.AddDays(7 - (((int)day.DayOfWeek + 6) % 7)),
                _ => new DateOnly(day.Year, day.Month, 1).AddMonths(1),
            };
            var last = next.AddDays(-1);
            yield return new(day, last < range.To ? last : range.To);
            day = next;
        }
    }

    private static SalesSum Sum(DayRange range, IReadOnlyDictionary<(DateOnly Day, string Kind), double> days) => SalesSum.Of(kind =>
    {
        var sum = 0.0;
        for (var day = range.From; day <= range.To; day = day.AddDays(1)) sum += days.GetValueOrDefault((day, kind));
        return sum;
    });
}
