using Aarya.Features;
using Aarya.Features.Commerce.Pricing;
using Aarya.Features.Commerce.Taxation;

namespace Aarya.Specs.Commerce.Pricing;

public sealed class TotalsSpec
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly ShippingRate Standard = ShippingMethod.Standard.To("IN")!;
    private static readonly ShippingRate Express = ShippingMethod.Express.To("IN")!;

    private static (Totals Totals, IReadOnlyList<LineTax> Lines) Of(ShippingRate? rate, params PricedLine[] lines) =>
        Totals.Of(lines, rate, "IN", Now);

    private static Money Paise(long minor) => new(minor, "INR");

    [Fact]
    public void delivery_is_taxed_as_the_goods_are()
    {
        var (totals, lines) = Of(Standard, new PricedLine(1, Money.Rupees(500)));

        Assert.Equal((Money.Rupees(79), Paise(2757), Money.Rupees(579)), (totals.Shipping, totals.Tax, totals.Total));
        Assert.Equal([new RateTax(5, Paise(57_900 - 2757), Paise(2757))], totals.Taxes);
        Assert.Equal([new LineTax(5, Money.Rupees(79), Paise(2757))], lines);
    }

    [Fact]
    public void each_line_is_taxed_by_the_price_of_one_piece_and_the_total_is_not_raised_by_tax()
    {
        var (totals, lines) = Of(Standard, new(3, Money.Rupees(2_625)), new(1, Money.Rupees(2_950)));

        Assert.Equal((Money.Rupees(10_825), Money.Zero(), Money.Rupees(10_825)), (totals.Subtotal, totals.Shipping, totals.Total));
        Assert.Equal([(5, Money.Rupees(375)), (18, Money.Rupees(450))], lines.Select(x => (x.Rate, x.Tax)));
        Assert.Equal(Money.Rupees(825), totals.Tax);
        Assert.Equal([new(5, Money.Rupees(7_500), Money.Rupees(375)), new(18, Money.Rupees(2_500), Money.Rupees(450))], totals.Taxes);
    }

    [Fact]
    public void delivery_over_several_rates_is_spread_by_the_values_of_the_lines()
    {
        // A tee, a shirt above the threshold and a bag share Rs 149: 3867.92, 10418.69 and 613.38 paise, the first two rounded up.
        var (totals, lines) = Of(Express,
            new(1, Money.Rupees(1_299), "6109"), new(1, Money.Rupees(3_499), "6205"), new(2, Money.Rupees(103), "4202"));

        Assert.Equal([38_68, 104_19, 6_13], lines.Select(x => x.Shipping.Minor));
        Assert.Equal([5, 18, 18], lines.Select(x => x.Rate));
        Assert.Equal([(129_900 + 38_68) * 5 / 105m, (349_900 + 104_19) * 18 / 118m, (20_600 + 6_13) * 18 / 118m],
            lines.Select(x => (decimal)x.Tax.Minor), (one, other) => Math.Abs(one - other) <= 0.5m);
        Assert.Equal(lines[1].Tax + lines[2].Tax, totals.Taxes![1].Tax);
    }

    [Fact]
    public void whatever_is_bought_the_parts_sum_to_the_paisa()
    {
        var random = new Random(20250922);
        string[] codes = ["62", "6109", "4202", "42022220", "5208", "6403", "7117", "4203"];
        for (var i = 0; i < 2_000; i++)
        {
            PricedLine[] bought = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => new PricedLine(
                random.Next(1, 21), Paise(random.NextInt64(1, random.Next(4) == 0 ? 40 : 6_000_00)), codes[random.Next(codes.Length)]))];
            var country = random.Next(5) == 0 ? "GB" : "IN";
            var method = ShippingMethod.All[random.Next(2)].To(country)!;

            var (totals, lines) = Totals.Of(bought, method, country, Now);

            Assert.Equal(totals.Subtotal + totals.Shipping, totals.Total);
            Assert.Equal(totals.Shipping, Money.Sum(lines.Select(x => x.Shipping)));
            Assert.Equal(totals.Tax, Money.Sum(lines.Select(x => x.Tax)));
            Assert.Equal(totals.Tax, Money.Sum(totals.Taxes!.Select(x => x.Tax)));
            Assert.Equal(totals.Total, Money.Sum(totals.Taxes!.Select(x => x.Taxable + x.Tax)));
            Assert.Equal(totals.Taxes!.Select(x => x.Rate).Distinct().Order(), totals.Taxes!.Select(x => x.Rate));
            foreach (var rate in totals.Taxes!)
            {
                var of = bought.Zip(lines).Where(x => x.Second.Rate == rate.Rate).ToList();
                Assert.Equal(Money.Sum(of.Select(x => x.First.LineTotal + x.Second.Shipping)), rate.Taxable + rate.Tax);
                // Rounded once per line: at most half a paisa off per line.
                var exact = (rate.Taxable + rate.Tax).Minor * rate.Rate / (100m + rate.Rate);
                Assert.True(Math.Abs(rate.Tax.Minor - exact) <= 0.5m * of.Count, $"{rate}");
            }

            Assert.Equal(
                bought.Select(x => country == "IN" ? GoodsAndServicesTax.RateOf(x.HsnCode, x.UnitPrice, Now) : 0),
                lines.Select(x => x.Rate));
        }
    }

    [Theory]
    [InlineData("US")]
    [InlineData("NP")]
    [InlineData("AQ")]
    public void what_leaves_india_is_zero_rated_and_its_price_stays(string country)
    {
        var (totals, lines) = Totals.Of(
            [new(1, Money.Rupees(1_299)), new(1, Money.Rupees(3_499))], ShippingMethod.Standard.To(country), country, Now);

        Assert.Equal((Money.Zero(), Money.Rupees(4_798)), (totals.Tax, totals.Subtotal));
        Assert.Equal([new RateTax(0, totals.Total, Money.Zero())], totals.Taxes);
        Assert.All(lines, x => Assert.Equal((0, Money.Zero()), (x.Rate, x.Tax)));
    }

    [Theory]
    [InlineData("2025-09-21T18:29:59Z", 139_18)]
    [InlineData("2025-09-21T18:30:00Z", 61_86)]
    public void the_day_of_the_order_counts(string at, long tax)
    {
        var placed = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(Paise(tax), Totals.Of([new(1, Money.Rupees(1_299))], Standard, "IN", placed).Totals.Tax);
    }

    [Theory]
    [InlineData(999_00, 79_00)]
    [InlineData(999_01, 0)]
    [InlineData(1, 79_00)]
    public void standard_delivery_is_free_above_999_rupees(long subtotal, long shipping) =>
        Assert.Equal(Paise(shipping), Of(Standard, new PricedLine(1, Paise(subtotal))).Totals.Shipping);

    [Fact]
    public void nothing_to_bring_costs_nothing()
    {
        foreach (var rate in ShippingMethod.All.SelectMany(x => x.Rates.Values).Append(null))
        {
            var (totals, lines) = Of(rate);
            Assert.Equal((Money.Zero(), Money.Zero(), Money.Zero()), (totals.Total, totals.Shipping, totals.Tax));
            Assert.Empty(totals.Taxes!);
            Assert.Empty(lines);
        }
    }
}
