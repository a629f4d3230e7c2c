using Aarya.Features;
using Aarya.Features.Commerce.Taxation;

namespace Aarya.Specs.Commerce.Taxation;

public sealed class GoodsAndServicesTaxSpec
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    // The last instant of 21 September 2025 in India, and the first of the 22nd.
    private static readonly DateTimeOffset Before = new(2025, 9, 21, 18, 29, 59, 999, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2025, 9, 21, 18, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1_299_00, 5, 61_86)]
    [InlineData(3_499_00, 18, 533_75)]
    [InlineData(2_500_00, 5, 119_05)]
    [InlineData(2_500_01, 5, 119_05)]
    [InlineData(2_625_00, 5, 125_00)]
    [InlineData(2_625_01, 18, 400_43)]
    [InlineData(2_799_00, 18, 426_97)]
    [InlineData(2_950_00, 18, 450_00)]
    [InlineData(1, 5, 0)]
    [InlineData(100_000_000_00, 18, 15_25_42_37_29)]
    public void clothing_is_taxed_at_5_per_cent_up_to_a_value_of_2500_without_tax_and_at_18_above(long paise, int rate, long tax)
    {
        foreach (var code in new[] { "61", "62", "63", "6109", "620520", "62114290", "6302" })
        {
            Assert.Equal(rate, GoodsAndServicesTax.RateOf(code, new(paise, "INR"), Now));
            Assert.Equal(new Money(tax, "INR"), GoodsAndServicesTax.IncludedIn(new(paise, "INR"), rate));
        }
    }

    [Theory]
    [InlineData(1_050_00, 5, 5)]
    [InlineData(1_050_01, 12, 5)]
    [InlineData(1_299_00, 12, 5)]
    [InlineData(2_625_00, 12, 5)]
    [InlineData(2_625_01, 12, 18)]
    public void the_rates_changed_at_midnight_in_india(long paise, int before, int after)
    {
        Assert.Equal(before, GoodsAndServicesTax.RateOf("6109", new(paise, "INR"), Before));
        Assert.Equal(after, GoodsAndServicesTax.RateOf("6109", new(paise, "INR"), After));
        // The same instants in other time zones.
        Assert.Equal(before, GoodsAndServicesTax.RateOf("6109", new(paise, "INR"), Before.ToOffset(TimeSpan.FromHours(14))));
        Assert.Equal(after, GoodsAndServicesTax.RateOf("6109", new(paise, "INR"), After.ToOffset(TimeSpan.FromHours(-12))));
    }

    [Theory]
    [InlineData("64", 1_120_00, 12, 5)]
    [InlineData("6403", 1_120_01, 18, 5)]
    [InlineData("640411", 2_625_01, 18, 18)]
    [InlineData("4202", 899_00, 18, 18)]
    [InlineData("42022210", 899_00, 18, 18)]
    [InlineData("42022220", 899_00, 12, 5)]
    [InlineData("42022230", 9_999_00, 12, 5)]
    [InlineData("4203", 999_00, 18, 18)]
    [InlineData("5007", 18_499_00, 5, 5)]
    [InlineData("52081190", 2_999_00, 5, 5)]
    [InlineData("5407", 5_999_00, 5, 5)]
    [InlineData("7117", 499_00, 3, 3)]
    [InlineData("711311", 49_999_00, 3, 3)]
    public void other_goods_have_rates_of_their_own_and_the_longest_code_counts(string code, long paise, int before, int after)
    {
        Assert.Equal(before, GoodsAndServicesTax.RateOf(code, new(paise, "INR"), Before));
        Assert.Equal(after, GoodsAndServicesTax.RateOf(code, new(paise, "INR"), After));
    }

    [Fact]
    public void the_lower_rate_ends_exactly_where_the_value_without_tax_passes_the_threshold()
    {
        // The value, price * 100 / 105, is compared without rounding.
        for (long paise = 2_624_00; paise <= 2_626_00; paise++)
            Assert.Equal((decimal)paise * 100 / 105 <= 2_500_00 ? 5 : 18, GoodsAndServicesTax.RateOf("62", new(paise, "INR"), Now));
    }

    [Theory]
    [InlineData(105_00, 5, 5_00)]
    [InlineData(118_00, 18, 18_00)]
    [InlineData(1, 5, 0)]
    [InlineData(11, 5, 1)]
    [InlineData(0, 18, 0)]
    [InlineData(1_499_00, 0, 0)]
    public void the_tax_is_the_included_part_rounded_half_up(long amount, int rate, long tax) =>
        Assert.Equal(new Money(tax, "INR"), GoodsAndServicesTax.IncludedIn(new(amount, "INR"), rate));

    [Theory]
    [InlineData("62")]
    [InlineData("6109")]
    [InlineData("610910")]
    [InlineData("61091000")]
    [InlineData("64039990")]
    [InlineData("7117")]
    public void what_the_table_names_can_be_sold(string code) => Assert.True(GoodsAndServicesTax.Knows(code));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("6")]
    [InlineData("610")]
    [InlineData("61091")]
    [InlineData("6109100000")]
    [InlineData("6109 10")]
    [InlineData("61O9")]
    [InlineData("६१०९")]
    [InlineData("-62")]
    [InlineData("8517")]
    [InlineData("42")]
    [InlineData("4201")]
    [InlineData("71")]
    [InlineData("6309")]
    [InlineData("63101090")]
    public void what_it_does_not_name_cannot(string? code)
    {
        Assert.False(GoodsAndServicesTax.Knows(code));
        if (code is "8517" or "4201" or "6309")
            Assert.Throws<ArgumentException>(() => GoodsAndServicesTax.RateOf(code, Money.Rupees(1), Now));
    }
}
