using Aarya.Features.Content.Analytics;
using Aarya.Specs.Content.Compaction;

namespace Aarya.Specs.Content.Analytics;

/// <summary>Reports read months instead of days only where both say the same.</summary>
public sealed class DailyCountsSpec : IAsyncLifetime
{
    private readonly CompactionRig rig = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    [Fact]
    public async Task a_part_of_a_month_with_too_many_subjects_has_the_subjects_of_its_days()
    {
        await rig.ListAsync<string>("""
            insert into content.analytics_day (day, kind, subject, source, device, count) values
              ('2019-04-03', 'search', 'red', '', '', 4), ('2019-04-20', 'search', 'red', '', '', 7),
              ('2019-04-20', 'search', 'blue', '', '', 2), ('2019-04-01', 'search.month', 'blue', '', '', 2),
              ('2019-04-01', 'search.month', '(others)', '', '', 11)
            returning kind
            """);

        Assert.Equal([("red", 4)], await TopAsync(new(2019, 4, 1), new(2019, 4, 15)));
        Assert.Equal([("red", 11), ("blue", 2)], await TopAsync(new(2019, 4, 1), new(2019, 4, 25)));
        Assert.Equal([("red", 7), ("blue", 2)], await TopAsync(new(2019, 4, 4), new(2019, 4, 30)));
        // A whole month is limited to the subjects of its sums.
        Assert.Equal([("(others)", 11), ("blue", 2)], await TopAsync(new(2019, 4, 1), new(2019, 4, 30)));
    }

    [Fact]
    public async Task a_part_of_a_month_with_too_many_sources_has_the_sources_of_its_days()
    {
        await rig.ListAsync<string>("""
            insert into content.analytics_day (day, kind, subject, source, device, count) values
              ('2019-04-03', 'page_view', '', 'partner', 'phone', 4), ('2019-04-20', 'page_view', '', 'newsletter', 'phone', 7),
              ('2019-04-01', 'page_view.month', '', '(others)', '', 11)
            returning kind
            """);

        var sums = await rig.Counts.PerValueAsync(
            new(new(2019, 4, 1), new(2019, 4, 25)), VisitDivision.Source, [CountKinds.PageView], Cancel);
        Assert.Equal([("newsletter", 7), ("partner", 4)], sums.Select(x => (x.Key.Value, x.Value)).Order());
    }

    [Fact]
    public void what_exceeds_a_hundred_parts_is_one_part_and_no_sum_is_lost()
    {
        var sums = Enumerable.Range(0, 250).ToDictionary(x => ($"source-{x}", CountKinds.Revenue), x => (double)x);

        var parts = VisitParts.Of(sums, CountKinds.Revenue);

        Assert.Equal(100, parts.Count);
        Assert.Equal(("source-249", 249), (parts[0].Value, parts[0].Sums[CountKinds.Revenue]));
        Assert.Equal(CountKinds.Others, parts[^1].Value);
        Assert.Equal(sums.Values.Sum(), parts.Sum(x => x.Sums[CountKinds.Revenue]));
        Assert.Equal(99, VisitParts.Of(sums.Take(99).ToDictionary(), CountKinds.Revenue).Count);
    }

    private async Task<IEnumerable<(string, double)>> TopAsync(DateOnly from, DateOnly to) =>
        await rig.Counts.TopAsync(new DayRange(from, to), CountKinds.Search, 0, 100, Cancel);

    public ValueTask DisposeAsync() => rig.DisposeAsync();
}
