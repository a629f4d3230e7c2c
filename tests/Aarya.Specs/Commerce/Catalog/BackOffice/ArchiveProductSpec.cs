using Aarya.Features;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Commerce.Catalog.BackOffice;

[StoryOf(typeof(UnarchiveProductEndpoint))]
public sealed class ArchiveProductSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task what_has_ended_is_hidden_and_its_slug_and_its_skus_are_free(bool publish)
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        var kurta = await GivenAsync(Kurta() with { Publish = publish });

        var ended = (await staff.PostAsync($"/api/admin/products/{kurta.Id}/archive")).Is(200);

        Assert.Equal("archived", ended["status"].GetString());
        Assert.Equal(ended["slug"].GetString(),
            (await staff.PostAsync($"/api/admin/products/{kurta.Id}/archive")).Is(200)["slug"].GetString());
        await Get($"/api/products/{kurta.Id}", 404);
        Assert.Empty((await staff.GetAsync($"/api/admin/products?search={Tag}")).Is(200)["items"].EnumerateArray());
        Assert.Single((await staff.GetAsync($"/api/admin/products?search={Tag}&status=archived")).Is(200)["items"].EnumerateArray());
        Assert.Equal(-5, (await staff.GetAsync($"/api/admin/stock/{Sku("S")}/ledger")).Is(200)["items"][0].GetProperty("delta").GetInt32());
        (await staff.PostAsync($"/api/admin/products/{kurta.Id}/publish")).Is(409, "product.archived");
        (await staff.PostAsync($"/api/admin/stock/{Sku("S")}/adjustments", new { delta = 1, reason = "found" })).Is(404);

        var next = await GivenAsync(Kurta());
        Assert.Equal(kurta.Slug, next.Slug);
        Assert.Equal(5, next.Variants[0].Available);
        (await staff.PostAsync($"/api/admin/products/{kurta.Id}/unarchive")).Is(409, "product.sku_taken");
        (await staff.PostAsync($"/api/admin/products/{next.Id}/archive")).Is(200);

        var back = (await staff.PostAsync($"/api/admin/products/{kurta.Id}/unarchive")).Is(200);
        Assert.Equal((publish ? "withdrawn" : "draft", kurta.Slug), (back["status"].GetString(), back["slug"].GetString()));
        Assert.Equal(0, (await Host.StockOfAsync(Sku("S"))).OnHand);
        (await staff.PostAsync($"/api/admin/products/{kurta.Id}/publish")).Is(200);
        await Get($"/api/products/{kurta.Slug}");
    }

    [Fact]
    public async Task what_is_promised_to_an_order_does_not_end_and_what_was_sold_keeps_its_sku()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        using var shopper = await Shopper.GuestAsync(Host);
        var kurta = await GivenAsync(Kurta());
        await shopper.AddAsync(Sku("S"));
        var order = (await shopper.CheckoutAsync()).Is(201)["id"].GetGuid();

        var refused = (await staff.PostAsync($"/api/admin/products/{kurta.Id}/archive")).Is(409, "product.reserved");
        Assert.Equal(Sku("S"), refused["skus"][0].GetString());

        await Host.SoldAsync(order);
        (await staff.PostAsync($"/api/admin/products/{kurta.Id}/archive")).Is(200);
        (await staff.PostAsync("/api/admin/products", Kurta())).Is(409, "product.sku_taken");
        (await staff.PostAsync("/api/admin/products", Kurta() with { Variants = [new(Sku("M"), new("M", "Madder Red"), Money.Rupees(1))] }))
            .Is(201);
    }

    [Theory]
    [InlineData("support", 403)]
    [InlineData("merchandiser", 404)]
    public async Task only_the_people_who_keep_the_catalogue_end_a_product(string role, int status)
    {
        using var caller = await Shopper.OfRoleAsync(Host, role);
        (await caller.PostAsync($"/api/admin/products/{Guid.NewGuid()}/archive")).Is(status);
        (await caller.PostAsync($"/api/admin/products/{Guid.NewGuid()}/unarchive")).Is(status);
    }
}
