using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Recommendations;
using Aarya.Protos.Search;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

[StoryOf(typeof(GetRecommendationsEndpoint), typeof(GetRelatedEndpoint), typeof(RememberPurchaseHandler))]
public sealed class RecommendationsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    private global::Aarya.Protos.Search.Search.SearchClient Rpc =>
        Host.Services.GetRequiredService<global::Aarya.Protos.Search.Search.SearchClient>();

    [Fact]
    public async Task related_products_share_the_shelf_those_in_stock_and_nearest_in_price_first()
    {
        var shelf = $"shelf-{news.Word}";
        var one = await news.PublishAsync("Kurta", shelf, 1_000);
        var far = await news.PublishAsync("Sherwani", shelf, 9_000);
        var near = await news.PublishAsync("Achkan", shelf, 1_200);
        var gone = await news.PublishAsync("Dhoti", shelf, 1_000, available: 0);
        await news.PublishAsync("Belt", "belts", 1_000);

        foreach (var id in new[] { one.ProductId.ToString(), one.Slug })
        {
            var related = await Host.Scenario(x => x.Get.Url($"/api/products/{id}/related"));
            Assert.Equal([near.ProductId, far.ProductId, gone.ProductId],
                related.ReadAsJson<Features.Search.Recommendations.RecommendedProducts>()!.Items.Select(x => x.Id));
        }

        await Host.Scenario(x =>
        {
            x.Get.Url($"/api/products/{Guid.NewGuid()}/related");
            x.StatusCodeShouldBe(404);
            x.ContentTypeShouldBe("application/problem+json");
        });
        await Host.Scenario(x => { x.Get.Url($"/api/products/{one.ProductId}/related?limit=0"); x.StatusCodeShouldBe(400); });
    }

    [Fact]
    public async Task a_shopper_is_shown_more_of_what_they_bought_and_not_the_same_again()
    {
        var shelf = $"shelf-{news.Word}";
        var bought = await news.PublishAsync("Kurta", shelf, 1_000);
        var like = await news.PublishAsync("Achkan", shelf, 1_100);
        var shopper = Guid.CreateVersion7();
        var order = new OrderConfirmedNotice(Guid.CreateVersion7(), shopper,
            [new(bought.Variants[0].Sku, 1), new(bought.Variants[0].Sku, 2)],
            DateTimeOffset.UtcNow);
        await news.TellAsync(order);
        await news.TellAsync(order);

        var recommended = await Rpc.GetRecommendationsAsync(new() { UserId = shopper.ToString(), Limit = 5 });

        Assert.Equal(like.ProductId.ToString(), recommended.Items[0].Id);
        Assert.DoesNotContain(recommended.Items, x => x.Id == bought.ProductId.ToString());
    }

    [Fact]
    public async Task a_stranger_is_shown_what_sells()
    {
        var seller = await news.PublishAsync("Kurta");
        await news.TellAsync(new OrderConfirmedNotice(Guid.CreateVersion7(), Guid.CreateVersion7(),
            [new(seller.Variants[0].Sku, 1_000_000)],
            DateTimeOffset.UtcNow));

        var recommended = (await Host.Scenario(x => x.Get.Url("/api/recommendations?limit=3")))
            .ReadAsJson<Features.Search.Recommendations.RecommendedProducts>()!;

        Assert.Equal(seller.ProductId, recommended.Items[0].Id);
        await Host.Scenario(x => { x.Get.Url("/api/recommendations?limit=51"); x.StatusCodeShouldBe(400); });
    }

    [Fact]
    public async Task other_contexts_search_as_shoppers_do()
    {
        var product = await news.PublishAsync("Kurta", rupees: 1_500);

        var results =
            await Rpc.SearchProductsAsync(new()
            {
                Query = $"kurtta {news.Word}",
                MaxPriceMinor = 150_000,
                InStock = true,
                Sort = "price_asc",
            });

        Assert.Equal((1, $"kurta {news.Word}"), (results.Total, results.DidYouMean));
        Assert.Equal((product.ProductId.ToString(), 150_000, true),
            (results.Items[0].Id, results.Items[0].Price.Minor, results.Items[0].InStock));
        Assert.Equal(["category", "size", "colour", "price"], results.Facets.Select(x => x.Name));
        Assert.Equal(0, (await Rpc.SearchProductsAsync(new() { Query = news.Word, MaxPriceMinor = 149_999 })).Total);
    }

    [Theory]
    [InlineData("query")]
    [InlineData("sort")]
    [InlineData("limit")]
    [InlineData("min_price_minor")]
    [InlineData("max_price_minor")]
    [InlineData("cursor")]
    public async Task a_call_that_makes_no_sense_is_refused_by_the_name_of_its_field(string field)
    {
        var request = new SearchProductsRequest
        {
            Query = field == "query" ? "a\0b" : "",
            Sort = field == "sort" ? "random" : "",
            Limit = field == "limit" ? -1 : 0,
            Cursor = field == "cursor" ? "x" : "",
        };
        if (field == "min_price_minor") request.MinPriceMinor = -1;
        if (field == "max_price_minor") (request.MinPriceMinor, request.MaxPriceMinor) = (2, 1);

        var refused = await Assert.ThrowsAsync<RpcException>(() => Rpc.SearchProductsAsync(request).ResponseAsync);

        Assert.Equal((StatusCode.InvalidArgument, field), (refused.StatusCode, refused.Trailers.GetValue("x-field")));
    }
}
