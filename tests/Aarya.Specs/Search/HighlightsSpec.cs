using Aarya.Features.Search.Engine;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

/// <summary>A search that asks for it is told which words of a name match.</summary>
public sealed class HighlightsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    [Theory]
    [InlineData("Linen Shirt", "linen", "Linen")]
    [InlineData("Linen Shirt", "SHIRTS linen", "Linen, Shirt")]
    [InlineData("Linen Shirts", "shirt", "Shirts")]
    [InlineData("Linen Shirt", "lin", "Linen")]
    [InlineData("Linen Shirt", "lnien shrit", "Linen, Shirt")]
    [InlineData("Linen Shirt", "linen qqqqqqqq", "Linen")]
    [InlineData("Crew T-Shirt, (washed)", "tshirt washed", "T-Shirt, washed")]
    [InlineData("  Two   spaces", "spaces", "spaces")]
    [InlineData("\ud83d\udc57 Robe Élégante", "elegante", "Élégante")]
    [InlineData("Ladies' Handbag", "hand bag", "Handbag")]
    [InlineData("Plain Sash", "belt", "")]
    public async Task the_words_that_were_searched_for_their_forms_and_beginnings_match(string name, string typed, string matches)
    {
        await news.PublishAsync(name, description: "With a belt");

        var hit = Assert.Single((await SearchAsync($"{typed} {news.Word}", "&highlights=true")).Items);

        Assert.Equal(matches.Length == 0 ? news.Word : $"{matches}, {news.Word}",
            string.Join(", ", hit.NameMatches!.Select(x => hit.Name.Substring(x.Start, x.Length))));
    }

    [Fact]
    public async Task a_search_over_grpc_is_told_the_same_if_it_asks()
    {
        await news.PublishAsync("Linen Shirt");
        var client = Host.Services.GetRequiredService<global::Aarya.Protos.Search.Search.SearchClient>();

        var found = await client.SearchProductsAsync(new() { Query = $"shirts {news.Word}", Highlights = true });
        var hit = Assert.Single(found.Items);
        Assert.Equal(["Shirt", news.Word], hit.NameMatches.Select(x => hit.Name.Substring(x.Start, x.Length)));
        found = await client.SearchProductsAsync(new() { Query = $"shirts {news.Word}" });
        Assert.Empty(Assert.Single(found.Items).NameMatches);
    }

    [Fact]
    public async Task a_search_that_does_not_ask_is_told_nothing()
    {
        await news.PublishAsync("Linen Shirt");

        Assert.Null(Assert.Single((await SearchAsync(news.Word, "")).Items).NameMatches);
        Assert.Null(Assert.Single((await SearchAsync(news.Word, "&highlights=false")).Items).NameMatches);
        await Host.Scenario(x => { x.Get.Url("/api/search?q=shirt&highlights=yes"); x.StatusCodeShouldBe(400); });
    }

    private async Task<SearchPage> SearchAsync(string text, string more) =>
        (await Host.Scenario(x => x.Get.Url($"/api/search?q={Uri.EscapeDataString(text)}{more}"))).ReadAsJson<SearchPage>()!;
}
