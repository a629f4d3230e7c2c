using System.Diagnostics;
using Aarya.Features.Commerce.Catalog;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Specs.Commerce.Catalog;

public sealed class GetProductSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Fact]
    public async Task a_product_says_what_can_be_bought_of_each_variant()
    {
        var kurta = await GivenAsync(Kurta(stock: 7));

        var json = (await Get($"/api/products/{kurta.Slug}")).ReadAsText();

        Assert.Contains($$"""
            "variants":[{"sku":"{{Sku("S")}}","options":{"size":"S","colour":"Indigo"},"price":{"amount":129900,"currency":"INR"},
            "compareAtPrice":{"amount":179900,"currency":"INR"},"available":7
            """.Replace("\n", "", StringComparison.Ordinal), json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_delivery_shows_with_a_new_tag_and_until_then_the_client_keeps_what_it_has()
    {
        var kurta = await GivenAsync(Kurta(stock: 1));
        var tag = (await Get($"/api/products/{kurta.Id}")).Context.Response.Headers.ETag.ToString();

        Assert.Equal(304, (await AskAsync()).Context.Response.StatusCode);
        await Adjust(Sku("S"), 8);
        // The change is announced in the background; until then the old answer is valid. A cached entry expires after a minute: the change
        // must show long before.
        var now = await AskAsync();
        await Eventually.HoldsAsync("the delivery shows",
            async () => (now = await AskAsync()).Context.Response.StatusCode != 304, TimeSpan.FromSeconds(30));
        Assert.Equal(200, now.Context.Response.StatusCode);
        Assert.Equal([9, 1], now.ReadAsJson<ProductView>()!.Variants.Select(x => x.Available));
        Assert.NotEqual(tag, now.Context.Response.Headers.ETag.ToString());

        Task<IScenarioResult> AskAsync() => Host.Scenario(x =>
        {
            x.Get.Url($"/api/products/{kurta.Id}");
            x.WithRequestHeader("If-None-Match", tag);
            x.IgnoreStatusCode();
        });
    }

    [Theory]
    [InlineData("nothing-like-it")]
    [InlineData("0198c5ab-7d56-7000-8000-000000000000")]
    [InlineData("..%2F..%2Fetc")]
    public async Task what_is_not_sold_is_a_404(string address)
    {
        var response = await Get($"/api/products/{address}", 404);
        Assert.Contains("not_found", response.ReadAsText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_slow_reader_cannot_put_an_old_state_back_into_the_cache()
    {
        var redis = Host.Services.GetRequiredService<RedisConnections>();
        var cache = new ProductCache(redis, TimeProvider.System, NullLogger<ProductCache>.Instance);

        await cache.PutAsync(Tag, 5, "old"u8.ToArray());
        await cache.DropAsync([new(Tag, 7)]);
        Assert.Null(await cache.FindAsync(Tag));
        Assert.False(await cache.PutAsync(Tag, 6, "old"u8.ToArray()));
        Assert.Null(await cache.FindAsync(Tag));
        Assert.True(await cache.PutAsync(Tag, 7, "new"u8.ToArray()));
        await cache.DropAsync([new(Tag, 3)]);

        Assert.Equal("new"u8.ToArray(), await cache.FindAsync(Tag));
        var left = await AllOfRedis.KeyTimeToLiveAsync(RedisKeys.Cache("product", Tag));
        Assert.InRange(left ?? default, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task with_the_cache_away_products_come_from_the_database()
    {
        var kurta = await GivenAsync(Kurta());
        await using var redis = await RedisServer.StartAsync();
        await using var away =
            new RedisConnections(new Microsoft.Extensions.Configuration.ConfigurationManager { ["REDIS_URL"] = redis.Url });
        var answers = new ProductAnswers(Host.Services.GetRequiredService<Features.Commerce.Store.ICommerceStore>(),
            new(away, TimeProvider.System, NullLogger<ProductCache>.Instance),
            Host.Services.GetRequiredService<CacheBudget>(), TimeProvider.System);
        Assert.NotNull(await answers.FindAsync(kurta.Slug));
        await redis.KillAsync();

        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.NotNull(await answers.FindAsync(kurta.Id.ToString()));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }
}
