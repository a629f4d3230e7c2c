using System.Net;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Popular;
using Aarya.Features.Search.Recommendations;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Search;

/// <summary>What many shoppers look at comes before equal matches while a flag is on.</summary>
public sealed class ViewCountsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const string Flag = "/api/admin/flags/search.sales";

    private readonly CatalogueNews news = new(fixture.Host);

    private ViewCounts Counts => Host.Services.GetRequiredService<ViewCounts>();

    [Fact]
    public async Task views_decide_between_equal_matches_and_fifty_say_as_much_as_one_piece()
    {
        var (sold, viewed, newest) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"));
        await news.TellAsync(
            new OrderConfirmedNotice(Guid.CreateVersion7(), Guid.CreateVersion7(), [new(sold.Variants[0].Sku, 1)], DateTimeOffset.UtcNow));
        await Host.Services.GetRequiredService<Purchases>().ReadAsync(CancellationToken.None);
        try
        {
            await SwitchAsync(enabled: true);
            await ViewAsync(viewed, 30);
            await FindsAsync("", [sold, viewed, newest]);
            await ViewAsync(viewed, 120);
            await FindsAsync("", [viewed, sold, newest]);
            await FindsAsync("&colour=Blue", [viewed, sold, newest]);
            // Views are no sales.
            await FindsAsync("&sort=bestselling", [sold], most: 1);
        }
        finally
        {
            await SwitchAsync(enabled: false);
        }

        await FindsAsync("", [newest], most: 1);
    }

    [Fact]
    public async Task a_stop_stores_the_last_counts()
    {
        await using var shop = await SearchShop.StartAsync();
        var product = (await shop.PublishAsync(Guid.CreateVersion7(), 1)).Id;
        for (var i = 0; i < 5; i++)
        {
            var client = IPAddress.Parse($"198.51.{i}.7");
            shop.Services.GetRequiredService<ViewCounts>().Count(product, client);
            shop.Services.GetRequiredService<PopularSearches>().Count("kurta", _ => true, client);
        }

        await shop.RestartAsync();

        Assert.Equal(5, Assert.IsType<double>(await shop.AskAsync("select weight from search.viewed_product")), 0.001);
        Assert.Equal(5, Assert.IsType<double>(await shop.AskAsync("select weight from search.popular_search")), 0.001);
    }

    [Fact]
    public async Task a_network_counts_once_per_product_and_hour_and_no_more_than_fifty_products()
    {
        var product = await news.PublishAsync("Kurta");
        var client = IPAddress.Parse("198.51.100.77");
        for (var i = 0; i < 100; i++) Counts.Count(product.ProductId, client);
        for (var i = 0; i < 60; i++) Counts.Count(Guid.CreateVersion7(), client);
        var last = Guid.CreateVersion7();
        Counts.Count(last, client);
        Counts.Count(product.ProductId, IPAddress.Parse("198.51.100.78"));
        await Counts.WriteAsync(CancellationToken.None);

        Assert.Equal(2, (await WeightAsync(product.ProductId))!.Value, 0.01);
        Assert.Null(await WeightAsync(last));
    }

    [Fact]
    public async Task a_view_of_a_shopper_counts()
    {
        var product = await news.PublishAsync("Kurta");
        var guest = await Host.GuestToken();
        await Host.Scenario(x =>
        {
            x.Post.Url($"/api/products/{product.ProductId}/views");
            x.WithBearerToken(guest);
            x.ConfigureHttpContext(http => http.Connection.RemoteIpAddress = IPAddress.Parse("198.51.100.80"));
            x.StatusCodeShouldBe(StatusCodes.Status204NoContent);
        });
        await Counts.WriteAsync(CancellationToken.None);

        Assert.Equal(1, (await WeightAsync(product.ProductId))!.Value, 0.01);
    }

    [Fact]
    public async Task a_weight_halves_in_a_week_and_what_is_left_of_an_old_one_is_deleted()
    {
        var (halved, old) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await SqlAsync("insert into search.viewed_product values ($1, 8, now() - interval '7 days')", halved);
        await SqlAsync("insert into search.viewed_product values ($1, 8, now() - interval '70 days')", old);
        Counts.Count(halved, IPAddress.Parse("198.51.100.79"));
        await Counts.WriteAsync(CancellationToken.None);
        await Counts.ReadAsync(CancellationToken.None);

        Assert.Equal(5, (await WeightAsync(halved))!.Value, 0.01);
        Assert.Null(await WeightAsync(old));
    }

    // Each by another network.
    private async Task ViewAsync(ProductPublishedNotice product, int times)
    {
        for (var i = 0; i < times; i++) Counts.Count(product.ProductId, new IPAddress([10, (byte)Random.Shared.Next(256), (byte)i, 1]));
        await Counts.WriteAsync(CancellationToken.None);
        await Counts.ReadAsync(CancellationToken.None);
    }

    private Task FindsAsync(string filters, ProductPublishedNotice[] products, int? most = null) => Eventually.HoldsAsync(
        $"{filters} finds {string.Join(", ", products.Select(x => x.ProductId))}",
        async () => (await SearchAsync(filters)).Items.Take(most ?? int.MaxValue).Select(x => x.Id)
            .SequenceEqual(products.Take(most ?? int.MaxValue).Select(x => x.ProductId)));

    private async Task<SearchPage> SearchAsync(string filters) =>
        (await Host.Scenario(x => x.Get.Url($"/api/search?q=kurta%20{news.Word}{filters}"))).ReadAsJson<SearchPage>()!;

    private async Task SwitchAsync(bool enabled)
    {
        var admin = await Host.TokenFor("admin");
        await Host.Scenario(x =>
        {
            x.Put.Json(new { enabled }).ToUrl(Flag);
            x.WithBearerToken(admin);
            x.StatusCodeShouldBeSuccess();
        });
    }

    private async Task<double?> WeightAsync(Guid product) =>
        (double?)await SqlAsync("select weight from search.viewed_product where product_id = $1", product);

    private async Task<object?> SqlAsync(string sql, Guid product)
    {
        await using var connection = await Host.Services.GetRequiredService<ISearchStore>().OpenConnectionAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = product } } };
        return await command.ExecuteScalarAsync();
    }
}
