using System.Net.Http.Json;
using Aarya.Bench.Relevance;
using Aarya.Features.CorePlatform.Flags;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Recommendations;
using Aarya.Infrastructure.Http;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

/// <summary>Shoppers find what they mean in the demo shop: bench/Aarya.Bench/Relevance/judged-queries.txt.</summary>
public sealed class RelevanceSpec(ShopApart shop, ITestOutputHelper output) : IClassFixture<ShopApart>
{
    // What PostgreSQL reaches, rounded down. A change that raises them raises these, too.
    private const double Ndcg = 0.978;
    private const double ReciprocalRank = 0.996;

    private static readonly string Judged = Repository.PathOf("bench/Aarya.Bench/Relevance/judged-queries.txt");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task the_judged_queries_find_what_they_mean_as_well_as_before()
    {
        var report = await RelevanceBench.RunAsync(shop.Client, Judged);

        Assert.True(report.Queries >= 160, $"{report.Queries} queries");
        output.WriteLine($"{report}");
        Assert.True(report.Ndcg >= Ndcg && report.ReciprocalRank >= ReciprocalRank, $"{report}");
        Assert.Equal(0, report.EmptyRate);
    }

    [Fact]
    public async Task sales_and_views_lower_no_answer_below_the_aim()
    {
        await RelevanceBench.IndexedAsync(shop.Client);
        var before = await SearchAsync("kurta");
        // Each product sells, some much more than others.
        await shop.AskAsync("""
            insert into search.purchase (order_id, sku, subject, quantity, at, product_id)
            select gen_random_uuid(), sku, gen_random_uuid(), 1 + 9 / row_number() over (order by md5(sku)), now(), product_id
            from (select distinct on (product_id) sku, product_id from search.variant order by product_id, sku) as one
            """);
        await shop.Services.GetRequiredService<Purchases>().ReadAsync(Cancel);
        try
        {
            await SwitchAsync(enabled: true);
            await Eventually.HoldsAsync("sales decide between kurtas", async () =>
                !(await SearchAsync("kurta")).Items.Select(x => x.Id).SequenceEqual(before.Items.Select(x => x.Id)));

            var report = await RelevanceBench.RunAsync(shop.Client, Judged);

            output.WriteLine($"{report}");
            Assert.True(report.Ndcg >= 0.92, $"{report}");
            Assert.Equal(0, report.EmptyRate);
        }
        finally
        {
            await SwitchAsync(enabled: false);
        }
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
        await RelevanceBench.IndexedAsync(shop.Client);

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
        await RelevanceBench.IndexedAsync(shop.Client);

        var page = await SearchAsync(typed);

        Assert.NotEmpty(page.Items);
        Assert.All(page.Items, x => Assert.Equal(category, x.Category));
    }

    [Fact]
    public async Task a_price_alone_is_a_filter()
    {
        await RelevanceBench.IndexedAsync(shop.Client);

        var page = await SearchAsync("under 1000");

        Assert.Equal((4, 0), (page.Total, page.IgnoredWords.Count));
        Assert.All(page.Items, x => Assert.True(x.Price.Minor <= 100_000, x.Name));
    }

    [Fact]
    public async Task a_filter_that_lets_nothing_through_does_not_change_the_words()
    {
        await RelevanceBench.IndexedAsync(shop.Client);

        var page = await SearchAsync("red saree", "&maxPrice=300000");

        Assert.Equal((0, 0), (page.Total, page.IgnoredWords.Count));
    }

    private async Task SwitchAsync(bool enabled)
    {
        await using var documents = shop.Services.GetRequiredService<ICoreStore>().LightweightSession();
        if (enabled) documents.Insert(new Flag { Id = "search.sales", Enabled = true });
        else documents.Delete<Flag>("search.sales");
        await documents.SaveChangesAsync(Cancel);
    }

    private async Task<SearchPage> SearchAsync(string text, string filters = "") =>
        (await shop.Client.GetFromJsonAsync<SearchPage>(
            $"/api/search?q={Uri.EscapeDataString(text)}{filters}", AaryaJson.Options, Cancel))!;
}
