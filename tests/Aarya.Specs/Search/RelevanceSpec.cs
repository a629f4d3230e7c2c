using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Bench.Relevance;
using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Http;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Search;

/// <summary>Shoppers find what they mean in the demo shop: bench/Aarya.Bench/Relevance/judged-queries.txt.</summary>
public sealed class RelevanceSpec(ShopApart shop, ITestOutputHelper output) : IClassFixture<ShopApart>
{
    private const double Least = 0.92;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task the_judged_queries_find_what_they_mean()
    {
        var products = await ProductsAsync();
        var queries = JudgedQuery.Read(
            await File.ReadAllLinesAsync(Repository.PathOf("bench/Aarya.Bench/Relevance/judged-queries.txt"), Cancel), products);
        Assert.True(queries.Count >= 120, $"{queries.Count} queries");

        var report = new RelevanceReport();
        foreach (var query in queries) report.Add(query, await FindAsync(query.Text));

        output.WriteLine($"{report}");
        Assert.True(report.Ndcg >= Least, $"{report}");
        Assert.Equal(0, report.EmptyRate);
    }

    [Theory]
    [InlineData("black saree", "black")]
    [InlineData("corduroy saree", "corduroy")]
    [InlineData("saree corduroy", "corduroy")]
    [InlineData("black leather saree", "black leather")]
    [InlineData("saree under 500", "under 500")]
    [InlineData("saree asdfgh", "asdfgh")]
    public async Task a_word_that_no_product_has_beside_the_others_is_left_out_and_the_answer_says_so(string typed, string ignored)
    {
        await ProductsAsync();

        var page = await SearchAsync(typed);

        Assert.Equal(ignored.Split(' ').Order(), page.IgnoredWords.SelectMany(x => x.Split(' ')).Order());
        Assert.Equal(8, page.Total);
        Assert.All(page.Items, x => Assert.Equal("sarees", x.Category));
    }

    [Theory]
    [InlineData("pants", "trousers")]
    [InlineData("shoes", "footwear")]
    [InlineData("handbags", "accessories")]
    [InlineData("saris", "sarees")]
    [InlineData("black tote", "accessories")]
    public async Task other_words_for_a_thing_find_nothing_that_only_goes_with_it(string typed, string category)
    {
        await ProductsAsync();

        var page = await SearchAsync(typed);

        Assert.NotEmpty(page.Items);
        Assert.All(page.Items, x => Assert.Equal(category, x.Category));
    }

    [Fact]
    public async Task a_price_alone_is_a_filter()
    {
        await ProductsAsync();

        var page = await SearchAsync("under 1000");

        Assert.Equal((4, 0), (page.Total, page.IgnoredWords.Count));
        Assert.All(page.Items, x => Assert.True(x.Price.Minor <= 100_000, x.Name));
    }

    [Fact]
    public async Task a_filter_that_lets_nothing_through_does_not_change_the_words()
    {
        await ProductsAsync();

        var page = await SearchAsync("red saree", "&maxPrice=300000");

        Assert.Equal((0, 0), (page.Total, page.IgnoredWords.Count));
    }

    // Waits until every product of the shop is in the index.
    private async Task<IReadOnlyDictionary<string, string>> ProductsAsync()
    {
        await Eventually.HoldsAsync("the index has the demo shop", async () => (bool)(await shop.AskAsync(
            """
            select (select count(*) from search.product where published)
              = (select count(*) from commerce.mt_doc_product where (data ->> 'published')::boolean)
            """))!);
        Dictionary<string, string> products = [];
        for (var url = "/api/products?limit=100"; url is not null;)
        {
            var page = await shop.Client.GetFromJsonAsync<JsonElement>(url, Cancel);
            foreach (var item in page.GetProperty("items").EnumerateArray())
                products[item.GetProperty("slug").GetString()!] = item.GetProperty("category").GetString()!;
            url = page.TryGetProperty("nextCursor", out var next) && next.GetString() is { } cursor
                ? $"/api/products?limit=100&cursor={Uri.EscapeDataString(cursor)}"
                : null;
        }

        return products;
    }

    private async Task<IReadOnlyList<string>> FindAsync(string text) => [.. (await SearchAsync(text)).Items.Select(x => x.Slug)];

    private async Task<SearchPage> SearchAsync(string text, string filters = "") =>
        (await shop.Client.GetFromJsonAsync<SearchPage>(
            $"/api/search?q={Uri.EscapeDataString(text)}{filters}", AaryaJson.Options, Cancel))!;
}
