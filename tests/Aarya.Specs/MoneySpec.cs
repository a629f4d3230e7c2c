using System.Text.Json;
using Aarya.Features;

namespace Aarya.Specs;

public sealed class MoneySpec
{
    [Theory]
    [InlineData(0, "₹0.00")]
    [InlineData(5, "₹0.05")]
    [InlineData(129900, "₹1,299.00")]
    [InlineData(12990050, "₹1,29,900.50")]
    [InlineData(1234567890, "₹1,23,45,678.90")]
    [InlineData(-129900, "-₹1,299.00")]
    public void rupees_are_shown_with_indian_grouping(long minor, string shown) => Assert.Equal(shown, new Money(minor, "INR").ToDisplay());

    [Fact]
    public void other_currencies_are_shown_with_their_code() => Assert.Equal("USD 12.50", new Money(1250, "USD").ToDisplay());

    [Fact]
    public void two_currencies_are_never_added() =>
        Assert.Throws<InvalidOperationException>(() => new Money(1, "INR") + new Money(1, "USD"));

    [Fact]
    public void an_amount_too_large_to_count_is_an_error_not_a_wrong_sum() =>
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, "INR") + new Money(1, "INR"));

    private static Money[] Paise(params long[] minor) => [.. minor.Select(x => new Money(x, "INR"))];

    [Theory]
    [InlineData(7_900, new long[] { 50_000 }, new long[] { 7_900 })]
    [InlineData(100, new long[] { 1, 1, 1 }, new long[] { 34, 33, 33 })]
    [InlineData(2, new long[] { 1, 1, 1 }, new long[] { 1, 1, 0 })]
    [InlineData(100, new long[] { 1, 2, 3 }, new long[] { 17, 33, 50 })]
    [InlineData(1, new long[] { 1, 99 }, new long[] { 0, 1 })]
    [InlineData(-100, new long[] { 1, 1, 1 }, new long[] { -34, -33, -33 })]
    [InlineData(0, new long[] { 5, 0 }, new long[] { 0, 0 })]
    [InlineData(0, new long[] { 0, 0 }, new long[] { 0, 0 })]
    [InlineData(10, new long[] { 0, 3 }, new long[] { 0, 10 })]
    [InlineData(0, new long[] { }, new long[] { })]
    [InlineData(long.MaxValue, new[] { long.MaxValue, long.MaxValue }, new[] { (long.MaxValue / 2) + 1, long.MaxValue / 2 })]
    [InlineData(long.MinValue, new[] { 1L }, new[] { long.MinValue })]
    public void an_amount_is_spread_in_proportion_and_the_first_of_equals_bears_the_rest(long amount, long[] weights, long[] parts) =>
        Assert.Equal(Paise(parts), Paise(amount)[0].Spread(Paise(weights)));

    [Fact]
    public void whatever_is_spread_the_parts_sum_to_it_and_none_is_off_by_a_whole_unit()
    {
        var random = new Random(1);
        for (var i = 0; i < 5_000; i++)
        {
            var amount = random.NextInt64(-1_000_000, 1_000_000);
            var largest = random.Next(2) == 0 ? 4 : 1_000_000_000;
            long[] weights = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.NextInt64(0, largest)), 1];

            var parts = Paise(amount)[0].Spread(Paise(weights));

            Assert.Equal(amount, parts.Sum(x => x.Minor));
            Assert.All(parts.Zip(weights), x => Assert.True(Math.Abs(x.First.Minor - ((decimal)amount * x.Second / weights.Sum())) < 1));
            Assert.Equal(parts, Paise(amount)[0].Spread(Paise(weights)));
        }
    }

    [Fact]
    public void nothing_is_spread_over_nothing_or_over_less()
    {
        Assert.Throws<ArgumentException>(() => Money.Rupees(1).Spread([]));
        Assert.Throws<ArgumentException>(() => Money.Rupees(1).Spread(Paise(0, 0)));
        Assert.Throws<ArgumentException>(() => Money.Rupees(1).Spread(Paise(2, -1)));
    }

    [Fact]
    public void money_survives_json() =>
        Assert.Equal(new Money(129900, "INR"), JsonSerializer.Deserialize<Money>(JsonSerializer.Serialize(new Money(129900, "INR"))));

    [Theory]
    [InlineData("""{"amount":1.5,"currency":"INR"}""")]
    [InlineData("""{"amount":"1","currency":"INR"}""")]
    [InlineData("""{"currency":"INR"}""")]
    [InlineData("""{"amount":1}""")]
    [InlineData("""{"amount":1,"currency":"INR","minor":1}""")]
    [InlineData("""{"amount":1,"amount":2,"currency":"INR"}""")]
    [InlineData("1299")]
    public void money_in_any_other_shape_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Money>(json));
}
