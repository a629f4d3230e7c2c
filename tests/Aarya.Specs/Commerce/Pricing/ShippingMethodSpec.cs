using Aarya.Features;
using Aarya.Features.Addresses;
using Aarya.Features.Commerce.Pricing;
using Wolverine.Http;

namespace Aarya.Specs.Commerce.Pricing;

public sealed class ShippingMethodSpec
{
    private static readonly string[] Countries =
    [
        .. from first in Enumerable.Range('A', 26)
           from second in Enumerable.Range('A', 26)
           select $"{(char)first}{(char)second}" into code
           where Features.Addresses.Countries.Exists(code)
           select code,
    ];

    [Fact]
    public void in_india_the_methods_cost_what_they_did()
    {
        Assert.Equal(["standard", "express"], ShippingMethod.GoingTo("IN").Select(x => x.Id));
        Assert.Equal(new(Money.Rupees(79), Money.Rupees(999), "3-6 days"), ShippingMethod.Standard.To("IN"));
        Assert.Equal(new(Money.Rupees(149), null, "1-2 days"), ShippingMethod.Express.To("IN"));
    }

    [Fact]
    public void abroad_every_method_costs_more_and_takes_longer_than_in_india()
    {
        foreach (var method in ShippingMethod.All)
        {
            var (home, abroad) = (method.To("IN")!, Countries.Where(x => x != "IN").Select(method.To).OfType<ShippingRate>().ToList());
            Assert.NotEmpty(abroad);
            Assert.All(abroad, x => Assert.True(x.Charge.Minor > home.Charge.Minor && Days(x) > Days(home), $"{x}"));
            Assert.All(abroad, x => Assert.True(x.FreeAbove is null || x.FreeAbove.Value.Minor > x.Charge.Minor, $"{x}"));
        }

        static int Days(ShippingRate rate) => int.Parse(rate.Estimate.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void a_country_is_in_one_zone_and_every_zone_is_reached()
    {
        var zones = Countries.Select(DeliveryZones.Of).Where(x => x is not null).Distinct();
        Assert.Equal(Enum.GetValues<DeliveryZone>(), zones.Select(x => x!.Value).Order());
        Assert.All(Enum.GetValues<DeliveryZone>(), x => Assert.Contains(ShippingMethod.All, method => method.Rates.ContainsKey(x)));
        Assert.Equal(DeliveryZone.India, DeliveryZones.Of("IN"));
    }

    [Theory]
    [InlineData("AQ")]
    [InlineData("BV")]
    [InlineData("HM")]
    [InlineData("TF")]
    [InlineData("GS")]
    [InlineData("UM")]
    [InlineData("KP")]
    [InlineData("XX")]
    [InlineData("in")]
    [InlineData("")]
    public void nothing_goes_where_the_shop_does_not_deliver(string country)
    {
        Assert.Empty(ShippingMethod.GoingTo(country));
        foreach (var id in new[] { "standard", "express" })
        {
            var refused = ShippingMethod.Check(id, country);
            Assert.Equal(
                (409, "delivery.not_available", country), (refused.Status, refused.Extensions["code"], refused.Extensions["country"]));
            Assert.Contains(country, refused.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void a_method_that_does_not_go_there_names_those_which_do()
    {
        var refused = ShippingMethod.Check("express", "NP");

        Assert.Equal(
            (409, "delivery.method_not_available", "NP"), (refused.Status, refused.Extensions["code"], refused.Extensions["country"]));
        Assert.Equal(["standard"], Assert.IsType<string[]>(refused.Extensions["methods"]));
        Assert.Same(WolverineContinue.NoProblems, ShippingMethod.Check("standard", "NP"));
    }
}
