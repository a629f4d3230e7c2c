using System.Globalization;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Recommendations;
using Aarya.Protos.Search;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Reason = Aarya.Features.Search.Recommendations.Reason;
using WireReason = Aarya.Protos.Search.Reason.Types.Kind;

namespace Aarya.Specs.Search.Recommendations;

[StoryOf(typeof(GetRecommendationsEndpoint), typeof(GetRelatedEndpoint), typeof(GetBoughtTogetherEndpoint), typeof(GetTrendingEndpoint),
    typeof(RememberPurchaseHandler), typeof(HandOverPurchaseHandler), typeof(ForgetCancelledOrderHandler),
    typeof(ForgetRefundedOrderHandler))]
public sealed class RecommendationsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    private global::Aarya.Protos.Search.Search.SearchClient Rpc =>
        Host.Services.GetRequiredService<global::Aarya.Protos.Search.Search.SearchClient>();

    [Fact]
    public async Task related_products_are_those_in_stock_of_the_category_nearest_in_price_first()
    {
        var category = $"category-{news.Word}";
        var one = await news.PublishAsync("Kurta", category, 1_000);
        var far = await news.PublishAsync("Sherwani", category, 9_000);
        var near = await news.PublishAsync("Achkan", category, 1_200);
        var soldOut = await news.PublishAsync("Dhoti", category, 1_000, available: 0);

        foreach (var id in new[] { one.ProductId.ToString(), one.Slug })
        {
            var related = await ReadAsync($"/api/products/{id}/related");
            Assert.Equal([near.ProductId, far.ProductId], related.Take(2).Select(x => x.Id));
            Assert.All(related, x => Assert.Equal(new(ReasonKind.Related, one.ProductId, one.Name), x.Because));
            Assert.All(related, x => Assert.True(x.InStock));
            Assert.DoesNotContain(related, x => x.Id == soldOut.ProductId || x.Id == one.ProductId);
        }
    }

    [Fact]
    public async Task a_product_of_another_category_with_the_words_of_the_name_is_related()
    {
        var one = await news.PublishAsync("Bandhani dupatta", $"dupattas-{news.Word}", 1_000);
        var alike = await news.PublishAsync("Bandhani saree", $"sarees-{news.Word}", 1_000);

        Assert.Equal(alike.ProductId, (await ReadAsync($"/api/products/{one.ProductId}/related"))[0].Id);
    }

    [Fact]
    public async Task a_word_in_common_does_not_make_up_for_another_category_another_colour_and_many_times_the_price()
    {
        var one = await news.PublishAsync("Bandhani dupatta", $"dupattas-{news.Word}", 100);
        var dear = await new CatalogueNews(Host).PublishAsync("Bandhani lehenga", $"lehengas-{news.Word}", 90_000, colours: ["Puce"]);

        Assert.DoesNotContain(await ReadAsync($"/api/products/{one.ProductId}/related?limit=50"), x => x.Id == dear.ProductId);
    }

    [Fact]
    public async Task products_that_orders_have_in_common_are_bought_together_until_they_are_sold_out()
    {
        var (one, other) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Juttis"));
        for (var i = 0; i < 4; i++) await BuyAsync(Guid.CreateVersion7(), one, other);
        await OthersBuyAsync();
        await KnownAsync();

        var together = Assert.Single(await ReadAsync($"/api/products/{one.Slug}/bought-together"));
        Assert.Equal((other.ProductId, new(ReasonKind.BoughtTogether, one.ProductId, one.Name)), (together.Id, together.Because));

        await news.StockAsync(other.Variants[0], other.ProductId, 0, 2);
        Assert.Empty(await ReadAsync($"/api/products/{one.Slug}/bought-together"));
    }

    [Fact]
    public async Task a_shopper_is_shown_what_goes_with_their_purchases_then_what_is_like_them_and_not_the_same_again()
    {
        var category = $"category-{news.Word}";
        var bought = await news.PublishAsync("Kurta", category, 1_000);
        var like = await news.PublishAsync("Achkan", category, 1_100);
        var goesWith = await news.PublishAsync("Juttis", $"shoes-{news.Word}", 500);
        for (var i = 0; i < 3; i++) await BuyAsync(Guid.CreateVersion7(), bought, goesWith);
        await OthersBuyAsync();
        var shopper = Guid.CreateVersion7();
        var order = Order(shopper, bought, bought);
        await news.TellAsync(order);
        await news.TellAsync(order);
        await KnownAsync();

        var recommended = (await Rpc.GetRecommendationsAsync(new() { UserId = shopper.ToString(), Limit = 50 })).Items;

        Assert.Equal([goesWith.ProductId.ToString(), like.ProductId.ToString()], recommended.Take(2).Select(x => x.Id));
        Assert.Equal((WireReason.BoughtTogether, bought.ProductId.ToString(), bought.Name),
            (recommended[0].Because.Kind, recommended[0].Because.ProductId, recommended[0].Because.ProductName));
        Assert.Equal(WireReason.Related, recommended[1].Because.Kind);
        Assert.DoesNotContain(recommended, x => x.Id == bought.ProductId.ToString());
    }

    [Fact]
    public async Task a_stranger_is_shown_what_sells_and_then_what_is_new()
    {
        var seller = await news.PublishAsync("Kurta");
        // In ten weeks, which counts as a thousand pieces now: no other story sells as much.
        await news.TellAsync(Order(Guid.CreateVersion7(), seller) with { At = DateTimeOffset.UtcNow.AddDays(70) });
        await KnownAsync();

        foreach (var path in new[] { "/api/recommendations?limit=50", "/api/recommendations/trending" })
        {
            var recommended = await ReadAsync(path);
            Assert.Equal((seller.ProductId, new Reason(ReasonKind.Trending)), (recommended[0].Id, recommended[0].Because));
            Assert.All(recommended, x => Assert.True(x.InStock));
        }
    }

    [Fact]
    public async Task an_erased_shopper_s_purchases_recommend_nothing_any_more()
    {
        var (one, other) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Juttis"));
        var shopper = Guid.CreateVersion7();
        foreach (var buyer in new[] { shopper, Guid.CreateVersion7(), Guid.CreateVersion7() }) await BuyAsync(buyer, one, other);
        await OthersBuyAsync();
        await KnownAsync();
        Assert.Single(await ReadAsync($"/api/products/{one.Slug}/bought-together"));

        await news.TellAsync(new UserErasedNotice(shopper, Guid.CreateVersion7(), [], []));
        await KnownAsync();

        Assert.Empty(await ReadAsync($"/api/products/{one.Slug}/bought-together"));
        Assert.Empty(await BoughtByAsync(shopper));
    }

    [Fact]
    public async Task a_product_just_bought_is_not_recommended_even_when_its_sku_was_removed()
    {
        var category = $"category-{news.Word}";
        List<ProductPublishedNotice> bought = [];
        for (var i = 0; i < 60; i++) bought.Add(await news.PublishAsync("Kurta", category, 1_000));
        var other = await news.PublishAsync("Kurta", category, 1_000);
        var shopper = Guid.CreateVersion7();
        await BuyAsync(shopper, [.. bought]);
        // The product is sold under another SKU from now on.
        await news.PublishAsync("Kurta", category, 1_000, sizes: ["L"], version: 2, id: bought[7].ProductId);

        var recommended = (await Rpc.GetRecommendationsAsync(new() { UserId = shopper.ToString(), Limit = 50 })).Items
            .Select(x => Guid.ParseExact(x.Id, "D")).ToList();

        Assert.Contains(other.ProductId, recommended);
        Assert.Empty(recommended.Intersect(bought.Select(x => x.ProductId)));
        Assert.Equal(60, (await BoughtByAsync(shopper)).Count);
    }

    [Fact]
    public async Task a_purchase_counts_also_when_its_product_is_indexed_later()
    {
        var product = news.Product("Kurta");
        var shopper = Guid.CreateVersion7();
        await BuyAsync(shopper, product);
        Assert.Empty(await BoughtByAsync(shopper));

        await news.TellAsync(product);
        Assert.Equal([product.ProductId], await BoughtByAsync(shopper));
        await KnownAsync();
        Assert.Contains(product.ProductId, Host.Services.GetRequiredService<Purchases>().Now.Sales().Keys);

        await news.PublishAsync("Kurta", sizes: ["L"], version: 2, id: product.ProductId);
        Assert.Equal([product.ProductId], await BoughtByAsync(shopper));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task what_a_guest_bought_follows_the_order_to_the_account(bool isBoughtFirst)
    {
        var product = await news.PublishAsync("Kurta");
        var (guest, account) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var order = Order(guest, product);
        OrderHandedOverNotice handedOver = new(order.OrderId, account);

        foreach (object told in isBoughtFirst ? [order, handedOver, order] : new object[] { handedOver, order, handedOver })
            await news.TellAsync(told);

        Assert.Empty(await BoughtByAsync(guest));
        Assert.Equal([product.ProductId], await BoughtByAsync(account));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task an_order_that_was_cancelled_or_fully_refunded_was_not_bought(bool isBoughtFirst)
    {
        var product = await news.PublishAsync("Kurta");
        var shopper = Guid.CreateVersion7();
        foreach (var end in new Func<Guid, object>[] { x => new OrderCancelledNotice(x), x => new OrderRefundedNotice(x, Whole: true) })
        {
            var order = Order(shopper, product);
            OrderHandedOverNotice handedOver = new(order.OrderId, shopper);
            foreach (var told in isBoughtFirst ? [order, end(order.OrderId), order] : new[] { end(order.OrderId), handedOver, order })
                await news.TellAsync(told);
            Assert.Empty(await BoughtByAsync(shopper));
        }

        var kept = Order(shopper, product);
        await news.TellAsync(kept);
        await news.TellAsync(new OrderRefundedNotice(kept.OrderId, Whole: false));
        Assert.Equal([product.ProductId], await BoughtByAsync(shopper));
    }

    [Fact]
    public async Task every_purchase_of_a_shopper_has_its_share_of_the_recommendations()
    {
        var (older, newer) = ($"older-{news.Word}", $"newer-{news.Word}");
        var shopper = Guid.CreateVersion7();
        foreach (var category in new[] { older, newer })
        {
            // Of other words, so that only the category is common.
            for (var i = 0; i < 6; i++) await new CatalogueNews(Host).PublishAsync("Achkan", category, 1_000);
            await BuyAsync(shopper, await new CatalogueNews(Host).PublishAsync("Kurta", category, 1_000));
        }

        var recommended = (await Rpc.GetRecommendationsAsync(new() { UserId = shopper.ToString(), Limit = 8 })).Items;

        Assert.Equal([newer, newer, newer, newer, older, older, older, older], recommended.Select(x => x.Category));
    }

    [Theory]
    [InlineData("/api/recommendations")]
    [InlineData("/api/recommendations/trending")]
    [InlineData("/api/products/{0}/related")]
    [InlineData("/api/products/{0}/bought-together")]
    public async Task from_1_to_50_products_can_be_asked_for(string path)
    {
        var url = string.Format(CultureInfo.InvariantCulture, path, (await news.PublishAsync("Kurta")).ProductId);
        foreach (var limit in new[] { "0", "51", "-1", "many" })
            await Host.Scenario(x => { x.Get.Url($"{url}?limit={limit}"); x.StatusCodeShouldBe(400); });
        foreach (var limit in new[] { 1, 50 }) Assert.InRange((await ReadAsync($"{url}?limit={limit}")).Count, 0, limit);
    }

    [Theory]
    [InlineData("related")]
    [InlineData("bought-together")]
    public async Task a_product_that_is_not_on_sale_is_not_found(string what)
    {
        foreach (var id in new[] { Guid.CreateVersion7().ToString(), Guid.Empty.ToString(), "no-such-product" })
        {
            await Host.Scenario(x =>
            {
                x.Get.Url($"/api/products/{id}/{what}");
                x.StatusCodeShouldBe(404);
                x.ContentTypeShouldBe("application/problem+json");
            });
        }
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
        Assert.Null(results.Items[0].CompareAtPrice);
    }

    [Fact]
    public async Task other_contexts_see_the_price_that_a_product_is_reduced_from()
    {
        var product = news.Product("Kurta", rupees: 500);
        await news.TellAsync(product with
        {
            Variants = [.. product.Variants.Select(x => x with { CompareAtPrice = Features.Money.Rupees(900) })],
        });

        var found = Assert.Single((await Rpc.SearchProductsAsync(new() { Query = news.Word })).Items);

        Assert.Equal((50_000, 90_000), (found.Price.Minor, found.CompareAtPrice.Minor));
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

    private static OrderConfirmedNotice Order(Guid shopper, params ProductPublishedNotice[] products) => new(
        Guid.CreateVersion7(), shopper, [.. products.Select(x => new BoughtLine(x.Variants[0].Sku, 1))], DateTimeOffset.UtcNow);

    private Task BuyAsync(Guid shopper, params ProductPublishedNotice[] products) => news.TellAsync(Order(shopper, products));

    // Something else: what is in all orders goes with nothing.
    private async Task OthersBuyAsync()
    {
        var socks = await news.PublishAsync("Socks");
        for (var i = 0; i < 5; i++) await BuyAsync(Guid.CreateVersion7(), socks);
    }

    // Now, not after ten seconds.
    private Task KnownAsync() => Host.Services.GetRequiredService<Purchases>().ReadAsync(CancellationToken.None);

    private Task<IReadOnlyList<Guid>> BoughtByAsync(Guid shopper) =>
        Host.Services.GetRequiredService<Purchases>().BoughtByAsync(shopper, CancellationToken.None);

    private async Task<IReadOnlyList<Recommendation>> ReadAsync(string url) =>
        (await Host.Scenario(x => x.Get.Url(url))).ReadAsJson<Features.Search.Recommendations.RecommendedProducts>()!.Items;
}
