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
    public void two_currencies_are_never_added() => Assert.Throws<InvalidOperationException>(() => new Money(1, "INR") + new Money(1, "USD"));

    [Fact]
    public void an_amount_too_large_to_count_is_an_error_not_a_wrong_sum() =>
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, "INR") + new Money(1, "INR"));

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
    public void money_in_any_other_shape_is_refused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Money>(json));
}
