using Aarya.Features;
using Aarya.Features.Content.Analytics;
using Aarya.Features.Content.Contracts;

namespace Aarya.Specs.Content.Analytics;

/// <summary>What a visitor's events count as.</summary>
public sealed class VisitorCountsSpec
{
    // 01:30 of the second of June in India.
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 20, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Today = new(2026, 6, 2);

    [Fact]
    public void equal_events_are_one_count_with_their_weights()
    {
        var product = Guid.NewGuid();
        var weights = new Queue<int>([1, 0, 4, 1]);

        var counts = VisitorCounts.Of(new(
            [
                new(VisitorEventKind.ProductView, ProductId: product), new(VisitorEventKind.ProductView, ProductId: product),
                new(VisitorEventKind.ProductView, ProductId: product), new(VisitorEventKind.PageView, Path: "/sale"),
            ], "newsletter", DeviceKind.Phone), weights.Dequeue, Now);

        Assert.Equal(("newsletter", "phone"), (counts.Source, counts.Device));
        Assert.Equal(
            [new(Today, "product_view", $"{product:D}", 5), new(Today, "page_view", "/sale", 1)], counts.Counts);
    }

    [Fact]
    public void a_late_event_counts_on_its_own_day_and_an_impossible_time_as_now()
    {
        Assert.Equal(Today, DayOf(null));
        Assert.Equal(Today.AddDays(-1), DayOf(Now.AddHours(-2)));
        Assert.Equal(Today.AddDays(-6), DayOf(Now.AddDays(-6)));
        Assert.Equal(Today, DayOf(Now.AddDays(-8)));
        Assert.Equal(Today, DayOf(Now.AddHours(7)));
        Assert.Equal(Today, DayOf(DateTimeOffset.MinValue));
        Assert.Equal(Today, DayOf(DateTimeOffset.MaxValue));

        static DateOnly DayOf(DateTimeOffset? at) =>
            Counts(new VisitorEvent(VisitorEventKind.PageView, at, Path: "/")).Single().Day;
    }

    [Theory]
    [InlineData("  Red   SAREE ", "red saree")]
    [InlineData("कुर्ता", "कुर्ता")]
    [InlineData("kurta under 1500", "kurta under 1500")]
    [InlineData("t-shirt (blue)", "t shirt blue")]
    [InlineData("rasika@aarya.example", "")]
    [InlineData("9876543210", "")]
    [InlineData("call 98765 43210", "")]
    [InlineData("1234 5678 9012", "")]
    [InlineData("please send my parcel to the house behind the temple", "")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "")]
    public void a_search_is_counted_by_its_words_unless_they_may_be_personal(string typed, string counted)
    {
        Assert.Equal([new(Today, "search", counted, 1)], Counts(new VisitorEvent(VisitorEventKind.Search, Query: typed, Results: 3)));
    }

    [Fact]
    public void a_search_that_finds_nothing_counts_as_such_too()
    {
        Assert.Equal(["search", "search_without_results"],
            Counts(new VisitorEvent(VisitorEventKind.Search, Query: "snorkel", Results: 0)).Select(x => x.Kind));
    }

    [Fact]
    public void a_step_of_the_checkout_counts_by_its_name()
    {
        Assert.Equal([new(Today, "checkout_step", "payment", 1)],
            Counts(new VisitorEvent(VisitorEventKind.CheckoutStep, Step: StorefrontStep.Payment)));
    }

    private static IReadOnlyList<VisitorCount> Counts(VisitorEvent visited) => VisitorCounts.Of(new([visited]), () => 1, Now).Counts;
}
