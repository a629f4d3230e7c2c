using Aarya.Features;
using Aarya.Features.Commerce.Checkout;

namespace Aarya.Specs.Commerce.Checkout;

public sealed class TotalsSpec
{
    private static Totals Of(ShippingMethod method, params PricedLine[] lines) => Totals.Of(lines, method);

    [Theory]
    [InlineData(100_000, 5)]
    [InlineData(100_001, 12)]
    public void clothing_up_to_a_thousand_rupees_a_piece_is_taxed_at_5_per_cent_and_at_12_above(long paise, int rate) =>
        Assert.Equal(rate, GoodsAndServicesTax.RateOf(new(paise, "INR")));

    [Theory]
    [InlineData(105_00, 5, 5_00)]
    [InlineData(112_00, 12, 12_00)]
    [InlineData(1, 5, 0)]
    [InlineData(11, 5, 1)]
    [InlineData(0, 12, 0)]
    public void the_tax_is_the_included_part_rounded_half_up(long amount, int rate, long tax) =>
        Assert.Equal(new Money(tax, "INR"), GoodsAndServicesTax.IncludedIn(new(amount, "INR"), rate));

    [Fact]
    public void each_line_is_taxed_by_the_price_of_one_piece_and_the_total_is_not_raised_by_tax()
    {
        var totals = Of(ShippingMethod.Express, new(3, Money.Rupees(525)), new(1, Money.Rupees(1_120)));

        Assert.Equal(Money.Rupees(2_695), totals.Subtotal);
        Assert.Equal(Money.Rupees(75 + 120), totals.Tax);
        Assert.Equal(Money.Rupees(149), totals.Shipping);
        Assert.Equal(Money.Rupees(2_844), totals.Total);
    }

    [Theory]
    [InlineData(999_00, 79_00)]
    [InlineData(999_01, 0)]
    [InlineData(1, 79_00)]
    public void standard_delivery_is_free_above_999_rupees(long subtotal, long shipping) =>
        Assert.Equal(new Money(shipping, "INR"), Of(ShippingMethod.Standard, new PricedLine(1, new(subtotal, "INR"))).Shipping);

    [Fact]
    public void nothing_to_bring_costs_nothing()
    {
        foreach (var method in ShippingMethod.All) Assert.Equal(Money.Zero(), Of(method).Total);
    }
}
