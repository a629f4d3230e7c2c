using Aarya.Features;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Recommendations;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

/// <summary>What sells comes first where a shopper asks for it, and among equal matches while a flag is on.</summary>
public sealed class SalesSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const string Flag = "/api/admin/flags/search.sales";

    private readonly CatalogueNews news = new(fixture.Host);

    [Fact]
    public async Task the_best_selling_come_first_with_and_without_filters()
    {
        var (some, none, many) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"));
        await SellAsync(some, 2);
        await SellAsync(many, 9);

        foreach (var filters in new[] { "&sort=bestselling", "&sort=bestselling&colour=Blue" })
            await FindsAsync(filters, [many.ProductId, some.ProductId, none.ProductId]);
    }

    [Fact]
    public async Task the_largest_reduction_in_percent_comes_first_with_and_without_filters()
    {
        var half = await ReducedAsync(500, 1_000);
        var none = await news.PublishAsync("Kurta");
        var tenth = await ReducedAsync(90_000, 100_000);

        foreach (var filters in new[] { "&sort=discount", "&sort=discount&colour=Blue" })
            await FindsAsync(filters, [half.ProductId, tenth.ProductId, none.ProductId]);
    }

    [Theory]
    [InlineData("bestselling")]
    [InlineData("discount")]
    public async Task pages_follow_one_another_without_gap_or_repetition(string sort)
    {
        List<Guid> products = [];
        for (var i = 0; i < 7; i++) products.Add((await ReducedAsync(1_000 - (i % 3 * 100), 1_000)).ProductId);
        List<Guid> seen = [];
        string? cursor = null;
        do
        {
            var page = await SearchAsync($"&sort={sort}&limit=2&cursor={cursor}");
            seen.AddRange(page.Items.Select(x => x.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(products.Order(), seen.Order());
    }

    [Fact]
    public async Task while_the_flag_is_on_sales_decide_between_equal_matches_and_never_against_a_better_one()
    {
        var good = await news.PublishAsync("Kurta", "kurtas");
        var (sells, newest) = (await news.PublishAsync("Belt", description: "For a kurta"),
            await news.PublishAsync("Sash", description: "For a kurta"));
        await SellAsync(sells, 10);
        await SwitchAsync(on: false);
        await FindsAsync("", [good.ProductId, newest.ProductId, sells.ProductId]);

        try
        {
            await SwitchAsync(on: true);
            await FindsAsync("", [good.ProductId, sells.ProductId, newest.ProductId]);
            await FindsAsync("&colour=Blue", [good.ProductId, sells.ProductId, newest.ProductId]);
        }
        finally
        {
            await SwitchAsync(on: false);
        }

        await FindsAsync("", [good.ProductId, newest.ProductId, sells.ProductId]);
    }

    private Task FindsAsync(string filters, Guid[] products) => Eventually.HoldsAsync(
        $"{filters} finds them in this order", async () => (await SearchAsync(filters)).Items.Select(x => x.Id).SequenceEqual(products));

    private async Task SellAsync(ProductPublishedNotice product, int pieces)
    {
        await news.TellAsync(new OrderConfirmedNotice(
            Guid.CreateVersion7(), Guid.CreateVersion7(), [new(product.Variants[0].Sku, pieces)], DateTimeOffset.UtcNow));
        await Host.Services.GetRequiredService<Purchases>().ReadAsync(CancellationToken.None);
    }

    private async Task<ProductPublishedNotice> ReducedAsync(long rupees, long before)
    {
        var product = news.Product("Kurta", rupees: rupees);
        product = product with
        {
            Variants = [.. product.Variants.Select(x => x with { CompareAtPrice = Money.Rupees(before) })],
        };
        await news.TellAsync(product);
        return product;
    }

    private async Task SwitchAsync(bool on)
    {
        var admin = await Host.TokenFor("admin");
        await Host.Scenario(x =>
        {
            x.Put.Json(new { enabled = on }).ToUrl(Flag);
            x.WithBearerToken(admin);
            x.StatusCodeShouldBeSuccess();
        });
    }

    private async Task<SearchPage> SearchAsync(string filters) =>
        (await Host.Scenario(x => x.Get.Url($"/api/search?q=kurta%20{news.Word}{filters}"))).ReadAsJson<SearchPage>()!;
}
