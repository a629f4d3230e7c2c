using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Commerce.Catalog.BackOffice;

public sealed class ListAllProductsSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Fact]
    public async Task a_draft_is_found_by_its_name_slug_sku_and_id_in_any_case()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "support");
        var draft = await GivenAsync(Kurta("Crème Kurta") with { Publish = false, Category = $"Drafts {Tag}" });

        foreach (var search in new[]
        {
            $"crème kurta {Tag}",
            $"CRE\u0300ME KURTA {Tag}",
            $"creme-kurta-{Tag}",
            $"kurta {Tag.ToUpperInvariant()}",
            Sku("S").ToLowerInvariant(),
            $"{draft.Id}",
            $"{draft.Id}".ToUpperInvariant(),
        })
        {
            var line =
                Assert.Single((await staff.GetAsync($"/api/admin/products?search={Uri.EscapeDataString(search)}")).Is(200)["items"]
                    .EnumerateArray());
            Assert.Equal((draft.Id, "draft"), (line.GetProperty("id").GetGuid(), line.GetProperty("status").GetString()));
            Assert.Equal((2, 10, 10),
                (line.GetProperty("variants").GetInt32(), line.GetProperty("onHand").GetInt32(), line.GetProperty("available").GetInt32()));
            Assert.Equal(129_900, line.GetProperty("priceRange").GetProperty("from").GetProperty("amount").GetInt64());
            Assert.Equal("\"1\"", line.GetProperty("etag").GetString());
        }

        foreach (var nothing in new[] { "%", "_", "\\", $"{Guid.NewGuid()}", "'; drop table" })
            Assert.Empty(
                (await staff.GetAsync($"/api/admin/products?category=drafts-{Tag}&search={Uri.EscapeDataString(nothing)}")).Is(200)["items"]
                    .EnumerateArray());

        var whole = (await staff.GetAsync($"/api/admin/products/{draft.Id}")).Is(200);
        Assert.Equal(("draft", 5), (whole["status"].GetString(), whole["variants"][0].GetProperty("onHand").GetInt32()));
        (await staff.GetAsync($"/api/admin/products/{Guid.NewGuid()}")).Is(404, "product.not_found");
    }

    [Fact]
    public async Task products_are_filtered_by_status_category_and_stock_what_was_changed_last_first()
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        var shelf = $"Shelf {Tag}";
        var draft = await GivenAsync(One("A", 0) with { Publish = false, Category = shelf });
        var sold = await GivenAsync(One("B", 2) with { Category = shelf });
        var gone = await GivenAsync(One("C", 50) with { Category = shelf });
        await staff.PostAsync($"/api/admin/products/{gone.Id}/withdraw");

        Assert.Equal([gone.Id, sold.Id, draft.Id], await IdsAsync(""));
        Assert.Equal([draft.Id], await IdsAsync("&status=draft"));
        Assert.Equal([sold.Id], await IdsAsync("&status=published"));
        Assert.Equal([gone.Id], await IdsAsync("&status=withdrawn"));
        Assert.Empty(await IdsAsync("&status=archived"));
        Assert.Equal([gone.Id, sold.Id], await IdsAsync("&inStock=true"));
        Assert.Equal([draft.Id], await IdsAsync("&inStock=false"));
        Assert.Equal([sold.Id, draft.Id], await IdsAsync("&lowStock=2"));

        List<Guid> paged = [];
        string? cursor = null;
        do
        {
            var page =
                (await staff.GetAsync($"/api/admin/products?category=shelf-{Tag}&limit=1{(cursor is null ? "" : $"&cursor={cursor}")}"))
                    .Is(200);
            paged.AddRange(page["items"].EnumerateArray().Select(x => x.GetProperty("id").GetGuid()));
            cursor = page.Body.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        Assert.Equal([gone.Id, sold.Id, draft.Id], paged);

        async Task<IEnumerable<Guid>> IdsAsync(string filter) =>
            (await staff.GetAsync($"/api/admin/products?category={Uri.EscapeDataString(shelf)}{filter}")).Is(200)["items"].EnumerateArray()
                .Select(x => x.GetProperty("id").GetGuid()).ToList();

        CreateProduct One(string size, int stock) =>
            Kurta(size) with { Variants = [new(Sku(size), new(size, "Indigo"), Money.Rupees(900), Stock: stock)] };
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("status=lost", "status")]
    [InlineData("status=Draft", "status")]
    [InlineData("lowStock=-1", "lowStock")]
    [InlineData("lowStock=few", "lowStock")]
    [InlineData("inStock=maybe", "inStock")]
    public async Task a_mistake_names_its_parameter(string query, string field)
    {
        using var staff = await Shopper.OfRoleAsync(Host, "merchandiser");
        (await staff.GetAsync($"/api/admin/products?{query}")).Names(field);
    }

    [Theory]
    [InlineData("customer", 403)]
    [InlineData("support", 200)]
    [InlineData("merchandiser", 200)]
    [InlineData("admin", 200)]
    public async Task only_staff_see_what_is_not_on_sale(string role, int status)
    {
        using var caller = await Shopper.OfRoleAsync(Host, role);
        (await caller.GetAsync("/api/admin/products?limit=1")).Is(status);
    }
}
