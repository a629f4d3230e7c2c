using Aarya.Features.Content.Analytics;
using Microsoft.Extensions.Time.Testing;

namespace Aarya.Specs.Content.Analytics;

public sealed class EventSampleSpec
{
    private const string Client = "203.0.113.7";

    [Fact]
    public void what_an_honest_client_sends_counts_as_it_is()
    {
        var sample = new EventSample(new FakeTimeProvider());

        Assert.All(Enumerable.Range(0, EventSample.Whole), _ => Assert.Equal(1, sample.Next(Client)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(EventSample.Whole, 1)]
    [InlineData(EventSample.Whole + 1, 2)]
    [InlineData(3 * EventSample.Whole, 2)]
    [InlineData((3 * EventSample.Whole) + 1, 4)]
    [InlineData(7 * EventSample.Whole, 4)]
    [InlineData((7 * EventSample.Whole) + 1, 8)]
    public void the_weight_doubles_with_the_number_of_events(int sent, int weight) => Assert.Equal(weight, EventSample.WeightOf(sent));

    [Fact]
    public void a_flood_is_counted_rightly_on_average_and_adds_little()
    {
        const int Flood = 1_000_000;
        var sample = new EventSample(new FakeTimeProvider());
        var weights = Enumerable.Range(0, Flood).Select(_ => sample.Next(Client)).Where(x => x > 0).ToList();

        // Each doubling adds as many events as the first; 1 of a million runs is outside of these bounds.
        Assert.InRange(weights.Count, EventSample.Whole, 13 * EventSample.Whole);
        var deviation = Math.Sqrt(Enumerable.Range(1, Flood).Sum(x => EventSample.WeightOf(x) - 1.0));
        Assert.InRange(weights.Sum(), Flood - (5 * deviation), Flood + (5 * deviation));
    }

    [Fact]
    public void other_clients_and_the_next_minute_count_as_they_are()
    {
        var time = new FakeTimeProvider();
        var sample = new EventSample(time);
        for (var i = 0; i < 100 * EventSample.Whole; i++) sample.Next(Client);

        Assert.Equal(1, sample.Next("203.0.113.8"));
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(1, sample.Next(Client));
    }

    [Fact]
    public void very_many_networks_share_one_count()
    {
        var sample = new EventSample(new FakeTimeProvider());
        var first = Enumerable.Range(0, 200_000)
            .Select(x => sample.Next($"10.{x >> 16}.{(x >> 8) & 255}.{x & 255}")).ToList();

        Assert.All(first.Take(50_000), x => Assert.Equal(1, x));
        Assert.Contains(first, x => x > 1);
    }
}
