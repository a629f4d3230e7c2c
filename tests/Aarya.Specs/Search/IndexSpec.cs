using Aarya.Features;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Index;
using Aarya.Features.Search.Query;
using Aarya.Specs.Support;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.Search;

public sealed class IndexSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    private ISearchEngine Engine => Host.Services.GetRequiredService<ISearchEngine>();

    [Fact]
    public async Task in_whatever_order_news_comes_the_newest_wins()
    {
        var first = news.Product("Kurta");
        object[] told =
        [
            first,
            first with { Version = 2, Name = $"Long Kurta {news.Word}", Variants = [first.Variants[0] with { Price = Money.Rupees(999) }] },
            new ProductWithdrawn(first.ProductId, 3),
            first with { Version = 4, Name = $"Silk Kurta {news.Word}", Variants = [first.Variants[0] with { Sku = $"{first.ProductId:N}-new", Size = "L" }] },
        ];
        for (var round = 0; round < 6; round++)
        {
            Random.Shared.Shuffle(told);
            foreach (var item in told.Concat(told.Take(2))) await news.TellAsync(item);

            var found = Assert.Single((await FindAsync()).Items);
            Assert.Equal($"Silk Kurta {news.Word}", found.Name);
            Assert.Equal(["L"], (await FindAsync()).Facets.Single(x => x.Name == "size").Values.Select(x => x.Value));
        }
    }

    [Fact]
    public async Task a_withdrawal_that_overtakes_its_publication_still_holds()
    {
        var product = news.Product("Kurta", version: 7);

        await news.TellAsync(new ProductWithdrawn(product.ProductId, 8));
        await news.TellAsync(product);
        Assert.Empty((await FindAsync()).Items);

        await news.TellAsync(product with { Version = 9 });
        Assert.Single((await FindAsync()).Items);
    }

    [Fact]
    public async Task stock_that_is_heard_of_before_its_product_or_out_of_turn_is_right_in_the_end()
    {
        var product = news.Product("Kurta", available: 5);
        var variant = product.Variants[0];
        await news.StockAsync(variant, product.ProductId, 0, sequence: 9);
        await news.TellAsync(product);
        Assert.False((await FindAsync()).Items[0].InStock);

        await news.StockAsync(variant, product.ProductId, 3, sequence: 8);
        Assert.False((await FindAsync()).Items[0].InStock);
        await news.StockAsync(variant, product.ProductId, 1, sequence: 10);
        await news.TellAsync(product with { Version = 2, Variants = [variant with { Available = 0 }] });
        Assert.True((await FindAsync()).Items[0].InStock);
    }

    [Fact]
    public async Task a_refill_brings_what_the_catalogue_sells_and_takes_out_what_it_does_not()
    {
        var ghost = await news.PublishAsync("Ghost");
        var merchandiser = await Host.TokenFor("merchandiser");
        await Host.Scenario(x =>
        {
            x.Post.Json(new
            {
                name = $"Achkan {news.Word}",
                slug = $"achkan-{news.Word}",
                description = "For a wedding",
                category = "Sherwanis",
                variants = new[] { new { sku = $"ACH-{news.Word.ToUpperInvariant()}", options = new { size = "M", colour = "Ivory" }, price = new { amount = 899_900, currency = "INR" }, stock = 4 } },
            }).ToUrl("/api/admin/products");
            x.WithBearerToken(merchandiser);
            x.StatusCodeShouldBe(201);
        });
        // What a refill takes out was last heard of before it began.
        var since = DateTimeOffset.UtcNow.AddMilliseconds(5);
        await Task.Delay(10);

        var refill = Host.Services.GetRequiredService<Refill>();
        for (var cursor = ""; ;)
        {
            (cursor, _) = await refill.PageAsync(since, cursor, CancellationToken.None);
            if (cursor.Length == 0) break;
        }

        await Engine.ForgetOlderAsync(since, CancellationToken.None);

        var found = Assert.Single((await FindAsync()).Items);
        Assert.Equal($"achkan-{news.Word}", found.Slug);
        Assert.NotEqual(ghost.ProductId, found.Id);
    }

    [Fact]
    public async Task reindexing_is_for_merchandisers_and_goes_on_by_itself()
    {
        var token = await Host.TokenFor("merchandiser");
        var (messages, response) = await Track(x => { x.Post.Url("/api/admin/reindex"); x.WithBearerToken(token); x.StatusCodeShouldBe(202); });

        Assert.Equal(202, response.Context.Response.StatusCode);
        Assert.NotEmpty(messages.Executed.MessagesOf<RefillIndex>());
        var customer = await Host.TokenFor("customer");
        await Host.Scenario(x => { x.Post.Url("/api/admin/reindex"); x.WithBearerToken(customer); x.StatusCodeShouldBe(403); });
    }

    private Task<SearchPage> FindAsync() => Engine.SearchAsync(SearchQuery.From(news.Word, null, null, null, null, null, null, null, null, null).Query!, CancellationToken.None);
}
