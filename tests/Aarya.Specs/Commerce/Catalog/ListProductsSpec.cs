using System.Text.Json;
using Aarya.Features.Commerce.Catalog;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;

namespace Aarya.Specs.Commerce.Catalog;

[StoryOf(typeof(ListCategoriesEndpoint))]
public sealed class ListProductsSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Fact]
    public async Task pages_show_every_product_of_a_category_once_the_newest_first()
    {
        List<string> made = [];
        for (var i = 0; i < 7; i++)
        {
            var product = Kurta($"Number {i}") with { Category = $"Shelf {Tag}" };
            made.Insert(0, (await GivenAsync(product with { Variants = [product.Variants[0] with { Sku = Sku($"{i}") }] })).Slug);
        }

        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = (await Get($"/api/products?category=shelf-{Tag}&limit=3&cursor={cursor}")).ReadAsJson<ProductPage>()!;
            Assert.InRange(page.Items.Count, 1, 3);
            Assert.All(page.Items, x => Assert.Equal(5, Assert.Single(x.Variants).Available));
            seen.AddRange(page.Items.Select(x => x.Slug));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(made, seen);
        var shelf = (await Get("/api/categories")).ReadAsJson<CategoryPage>()!.Items.Single(x => x.Slug == $"shelf-{Tag}");
        Assert.Equal(($"Shelf {Tag}", 7), (shelf.Name, shelf.Products));
    }

    [Fact]
    public async Task a_category_that_nobody_has_heard_of_is_an_empty_page() =>
        Assert.Empty((await Get("/api/products?category=submarines")).ReadAsJson<ProductPage>()!.Items);

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("cursor=rubbish", "cursor")]
    [InlineData("cursor=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "cursor")]
    [InlineData("cursor=________________________________", "cursor")]
    public async Task a_page_that_cannot_be_is_a_400_that_names_the_field(string query, string field)
    {
        var problem = (await Get($"/api/products?{query}", 400)).ReadAsJson<JsonElement>();

        Assert.Equal("request.invalid", problem.GetProperty("code").GetString());
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(x => x.Name));
    }
}
