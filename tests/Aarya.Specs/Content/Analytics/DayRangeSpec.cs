using Aarya.Features.Content.Analytics;

namespace Aarya.Specs.Content.Analytics;

/// <summary>A report about a year reads the sums of months, and few days.</summary>
public sealed class DayRangeSpec
{
    private static readonly DateOnly Today = new(2026, 11, 18);

    [Fact]
    public void the_spans_count_each_day_of_the_range_once_and_no_other_day()
    {
        var random = new Random(16);
        for (var n = 0; n < 2_000; n++)
        {
            var from = Today.AddDays(-random.Next(800));
            var range = new DayRange(from, from.AddDays(random.Next(500))) { Today = random.Next(2) == 0 ? Today : DateOnly.MaxValue };
            var counted = new Dictionary<DateOnly, int>();
            var isFull = random.Next(2) == 0;
            foreach (var span in range.SpansOf(_ => isFull))
            {
                Assert.True(!span.IsOfMonths || (span.From.Day == 1 && span.To.AddDays(1).Day == 1), $"{from} to {range.To}: {span}");
                for (var day = span.From; day <= span.To; day = day.AddDays(1))
                    counted[day] = counted.GetValueOrDefault(day) + (span.IsSubtracted ? -1 : 1);
            }

            // No day after today has counts.
            foreach (var (day, times) in counted.Where(x => x.Key <= range.Today))
                Assert.True(times == (day >= from && day <= range.To ? 1 : 0), $"{from} to {range.To}: {day} counts {times} times");
            for (var day = from; day <= range.To; day = day.AddDays(1))
                Assert.True(counted.ContainsKey(day), $"{from} to {range.To}: {day} is missing");
        }
    }

    [Fact]
    public void a_year_until_today_is_twelve_months_and_the_days_before_them()
    {
        var spans = new DayRange(Today.AddDays(-364), Today) { Today = Today }.SpansOf(_ => false);

        Assert.Equal(
            [new(new(2025, 12, 1), new(2026, 11, 30), IsOfMonths: true), new CountedSpan(new(2025, 11, 19), new(2025, 11, 30))], spans);
    }

    [Fact]
    public void a_part_of_a_month_that_lacks_subjects_is_read_day_by_day()
    {
        var spans = new DayRange(new(2026, 9, 2), new(2026, 11, 18)) { Today = Today }.SpansOf(_ => true);

        Assert.Equal(
            [
                new(new(2026, 10, 1), new(2026, 10, 31), IsOfMonths: true), new(new(2026, 9, 2), new(2026, 9, 30)),
                new CountedSpan(new(2026, 11, 1), Today),
            ],
            spans);
    }

    [Fact]
    public void a_short_range_within_one_month_is_read_day_by_day()
    {
        var range = new DayRange(new(2026, 3, 20), new(2026, 3, 27));

        Assert.Equal([new CountedSpan(range.From, range.To)], range.SpansOf(_ => false));
    }
}
