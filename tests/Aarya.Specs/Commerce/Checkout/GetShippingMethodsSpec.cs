using Aarya.Features;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Checkout;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Commerce.Checkout;

public sealed class GetShippingMethodsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static (string, long, string)[] Of(Answer answer) =>
        [.. answer.Is(200).As<ShippingMethodsView>().Items.Select(x => (x.Id, x.Price.Minor, x.Estimate))];

    [Fact]
    public async Task delivery_is_priced_for_the_cart()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        using var nobody = Shopper.WithoutToken(Host);
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(1_000)));

        Assert.Equal(
            [("standard", 7_900, "3-6 days"), ("express", 14_900, "1-2 days")],
            Of(await nobody.GetAsync("/api/shipping-methods")));
        Assert.Equal(
            [("standard", 0, "3-6 days"), ("express", 14_900, "1-2 days")],
            Of(await shopper.GetAsync("/api/shipping-methods")));
        Assert.Equal(
            [("standard", 0, "3-6 days"), ("express", 14_900, "1-2 days")],
            Of(await shopper.GetAsync("/api/shipping-methods?country=IN")));
    }

    [Fact]
    public async Task every_country_has_its_methods_with_their_prices_and_times()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(5_000)), 2);

        Assert.Equal(
            [("standard", 149_900, "9-16 days"), ("express", 299_900, "4-6 days")],
            Of(await shopper.GetAsync("/api/shipping-methods?country=US")));
        Assert.Equal(
            [("standard", 0, "8-14 days")],
            Of(await shopper.GetAsync("/api/shipping-methods?country=LK")));
    }

    [Theory]
    [InlineData("AQ")]
    [InlineData("BV")]
    public async Task where_none_goes_the_list_is_empty_and_says_why(string country)
    {
        using var nobody = Shopper.WithoutToken(Host);

        var answer = (await nobody.GetAsync($"/api/shipping-methods?country={country}")).Is(200);

        Assert.Empty(answer["items"].EnumerateArray());
        Assert.Equal("delivery.not_available", answer["unavailable"].GetProperty("code").GetString());
        Assert.Contains(country, answer["unavailable"].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False((await nobody.GetAsync("/api/shipping-methods")).Body.TryGetProperty("unavailable", out _));
    }

    [Theory]
    [InlineData("XX")]
    [InlineData("in")]
    [InlineData("IND")]
    [InlineData("India")]
    [InlineData("")]
    [InlineData("%20IN")]
    [InlineData("I%00N")]
    public async Task a_country_that_is_none_is_named(string country)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();

        (await shopper.GetAsync($"/api/shipping-methods?country={country}")).Names("country");
        (await shopper.GetAsync($"/api/cart?country={country}")).Names("country");
        (await shopper.PostAsync($"/api/cart/items?country={country}", new { sku, quantity = 1 })).Names("country");
        Assert.Empty((await shopper.GetAsync("/api/cart")).As<CartView>().Lines);
    }

    [Theory]
    [InlineData("/api/shipping-methods", "get")]
    [InlineData("/api/cart", "get")]
    [InlineData("/api/cart", "delete")]
    [InlineData("/api/cart/items", "post")]
    [InlineData("/api/cart/items/{sku}", "put")]
    [InlineData("/api/cart/items/{sku}", "delete")]
    public async Task the_description_says_which_routes_take_a_country(string path, string method)
    {
        using var nobody = Shopper.WithoutToken(Host);

        var document = (await nobody.GetAsync("/openapi/v1.json")).Is(200)["paths"];

        var parameter = document.GetProperty(path).GetProperty(method).GetProperty("parameters").EnumerateArray()
            .Single(x => x.GetProperty("name").GetString() == "country");
        Assert.Equal("query", parameter.GetProperty("in").GetString());
        Assert.False(parameter.TryGetProperty("required", out var required) && required.GetBoolean());
        Assert.True(document.GetProperty(path).GetProperty(method).GetProperty("responses").TryGetProperty("400", out _));
    }

    [Fact]
    public async Task what_was_withdrawn_makes_no_delivery_free()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync(price: Money.Rupees(500)));
        await Host.HoldsWithdrawnAsync(shopper.Subject, Money.Rupees(5_000));

        Assert.Equal(("standard", 7_900, "3-6 days"), Of(await shopper.GetAsync("/api/shipping-methods"))[0]);
    }
}
