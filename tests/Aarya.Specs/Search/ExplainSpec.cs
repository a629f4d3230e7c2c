using Aarya.Features.Search.Engine;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.Search;

/// <summary>Staff see why a product ranks where it does.</summary>
public sealed class ExplainSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    [Theory]
    [InlineData("merchandiser")]
    [InlineData("support")]
    [InlineData("admin")]
    public async Task each_word_says_where_it_is_found_and_what_it_contributes(string role)
    {
        await news.PublishAsync("Kurta", "kurtas", colours: ["Red"]);
        await news.PublishAsync("Belt", description: "for a red kurta", available: 0);

        var page = await ExplainAsync("red kurta", role);

        var (first, second) = (page.Items[0].Explanation!, page.Items[1].Explanation!);
        Assert.Equal(["red", "kurta", news.Word], first.Words.Select(x => x.Word));
        Assert.Equal([["traits"], ["name", "category"], ["name"]], first.Words.Select(x => x.FoundIn.ToArray()));
        Assert.Equal([["description"], ["description"], ["name"]], second.Words.Select(x => x.FoundIn.ToArray()));
        Assert.All([first, second], x => Assert.Equal(x.Words.Sum(y => y.Contribution), x.Rank, tolerance: 0.001));
        Assert.True(first.Rank > second.Rank);
        Assert.Equal((true, false), (first.IsInStock, second.IsInStock));
        Assert.All([first, second], x => Assert.Equal((false, false, 0), (x.IsPinned, x.IsExactMatch, x.Sales)));
    }

    [Fact]
    public async Task a_product_whose_name_is_the_text_is_explained_as_an_exact_match()
    {
        var product = await news.PublishAsync("Kurta");

        var explained = (await ExplainAsync("kurta", "admin")).Items[0];

        Assert.Equal((product.ProductId, true), (explained.Id, explained.Explanation!.IsExactMatch));
        Assert.True(explained.Explanation.Rank > 1_000);
    }

    [Fact]
    public async Task shoppers_get_no_explanation()
    {
        await news.PublishAsync("Kurta");
        var customer = await Host.TokenFor("customer");
        await Host.Scenario(x => { x.Get.Url("/api/search?q=kurta&explain=true"); x.StatusCodeShouldBe(401); });
        await Host.Scenario(x =>
        {
            x.Get.Url("/api/search?q=kurta&explain=true");
            x.WithBearerToken(customer);
            x.StatusCodeShouldBe(403);
        });

        await ExplainAsync("kurta", "admin");
        var shown = await Host.Scenario(x => x.Get.Url($"/api/search?q=kurta%20{news.Word}"));
        Assert.DoesNotContain("explanation", await shown.ReadAsTextAsync());
    }

    private async Task<SearchPage> ExplainAsync(string text, string role)
    {
        var token = await Host.TokenFor(role);
        return (await Host.Scenario(x =>
        {
            x.Get.Url($"/api/search?q={Uri.EscapeDataString($"{text} {news.Word}")}&explain=true");
            x.WithBearerToken(token);
        })).ReadAsJson<SearchPage>()!;
    }
}
