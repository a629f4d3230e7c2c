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

    private global::Aarya.Protos.Search.Search.SearchClient Rpc =>
        Host.Services.GetRequiredService<global::Aarya.Protos.Search.Search.SearchClient>();

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
    [InlineData("relevance")]
    public async Task pages_follow_one_another_without_gap_or_repetition_while_others_sell(string sort)
    {
        List<ProductPublishedNotice> products = [];
        for (var i = 0; i < 7; i++) products.Add(await ReducedAsync(1_000 - (i % 3 * 100), 1_000));
        for (var i = 0; i < 7; i++) await SellAsync(products[i], 1 + (i % 3));
        await SwitchAsync(new { enabled = true });
        try
        {
            await FirstIsAsync($"&sort={sort}", [.. products.Where((_, i) => i % 3 == 2).Select(x => x.ProductId)]);
            var turn = 0;
            List<Guid> seen = [];
            string? cursor = null;
            do
            {
                var page = await SearchAsync($"&sort={sort}&limit=2&cursor={cursor}");
                seen.AddRange(page.Items.Select(x => x.Id));
                cursor = page.NextCursor;
                // The last comes first, then the next: each has another place before the next page is asked for.
                var next = products[^(++turn % 7 + 1)];
                for (var i = 0; i < turn; i++) await SellAsync(next, 10);
                if (sort != "discount") await FirstIsAsync($"&sort={sort}&limit={20 + turn}", [next.ProductId]);
            }
            while (cursor is not null);

            Assert.Equal(products.Select(x => x.ProductId).Order(), seen.Order());
            Assert.Equal(7, seen.Count);
        }
        finally
        {
            await SwitchAsync(new { enabled = false });
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task the_pages_of_a_search_keep_the_order_of_the_first_when_the_flag_changes_between_them(bool before)
    {
        List<ProductPublishedNotice> products = [];
        for (var i = 0; i < 6; i++) products.Add(await news.PublishAsync("Kurta"));
        for (var i = 0; i < 3; i++) await SellAsync(products[i], 1 + i);
        var first = before ? products[2] : products[5];
        try
        {
            await SwitchAsync(new { enabled = before });
            await FirstIsAsync("", [first.ProductId]);
            var page = await SearchAsync("&limit=2");
            List<Guid> seen = [.. page.Items.Select(x => x.Id)];
            await SwitchAsync(new { enabled = !before });
            await FirstIsAsync("&limit=50", [(before ? products[5] : products[2]).ProductId]);
            while (page.NextCursor is { } cursor)
            {
                page = await SearchAsync($"&limit=2&cursor={cursor}");
                seen.AddRange(page.Items.Select(x => x.Id));
            }

            Assert.Equal(products.Select(x => x.ProductId).Order(), seen.Order());
        }
        finally
        {
            await SwitchAsync(new { enabled = false });
        }
    }

    [Fact]
    public async Task while_the_flag_is_on_sales_decide_between_equal_matches_and_never_against_a_better_one()
    {
        // Each mention more says less, and the seventh hardly anything.
        var better = await news.PublishAsync("Scarf", description: Mentions(7));
        var (sells, newest) = (await news.PublishAsync("Belt", description: Mentions(6)),
            await news.PublishAsync("Sash", description: Mentions(6)));
        for (var i = 0; i < 100; i++) await news.TellAsync(Order(sells, 10));
        await ReadAsync();
        await SwitchAsync(new { enabled = false });
        await FindsAsync("", [better.ProductId, newest.ProductId, sells.ProductId]);

        try
        {
            await SwitchAsync(new { enabled = true });
            await FindsAsync("", [better.ProductId, sells.ProductId, newest.ProductId]);
            await FindsAsync("&colour=Blue", [better.ProductId, sells.ProductId, newest.ProductId]);
            var found = await Rpc.SearchProductsAsync(new() { Query = $"kurta {news.Word}" });
            Assert.Equal(
                [better.ProductId, sells.ProductId, newest.ProductId], found.Items.Select(x => Guid.ParseExact(x.Id, "D")));
        }
        finally
        {
            await SwitchAsync(new { enabled = false });
        }

        await FindsAsync("", [better.ProductId, newest.ProductId, sells.ProductId]);
    }

    [Fact]
    public async Task a_caller_for_whom_the_flag_is_off_gets_no_answer_of_one_for_whom_it_is_on()
    {
        var (sells, newest) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"));
        await SellAsync(sells, 10);
        try
        {
            await SwitchAsync(new { enabled = true, roles = new[] { "admin" } });
            var admin = await Host.TokenFor("admin");
            await Eventually.HoldsAsync(
                "the flag is on for staff only", async () => (await SearchAsync("", admin)).Items[0].Id == sells.ProductId
                    && (await SearchAsync("&limit=50")).Items[0].Id == newest.ProductId);

            // A text that nobody has searched for yet, then the same at once.
            foreach (var (token, first) in new[] { (admin, sells), (null, newest), (admin, sells) })
                Assert.Equal(first.ProductId, (await SearchAsync("&maxPrice=1000000", token)).Items[0].Id);
        }
        finally
        {
            await SwitchAsync(new { enabled = false });
        }
    }

    private static string Mentions(int times) => string.Join(" and ", Enumerable.Repeat("a kurta", times));

    private Task FindsAsync(string filters, Guid[] products) => Eventually.HoldsAsync(
        $"{filters} finds {string.Join(", ", products)}",
        async () => (await SearchAsync(filters)).Items.Select(x => x.Id).SequenceEqual(products), instead: () => FoundAsync(filters));

    private Task FirstIsAsync(string filters, Guid[] products) => Eventually.HoldsAsync(
        $"{filters} finds one of {string.Join(", ", products)} first",
        async () => (await SearchAsync(filters)).Items[0].Id is var first && products.Contains(first), instead: () => FoundAsync(filters));

    // What was found and why it ranks there.
    private async Task<string> FoundAsync(string filters)
    {
        var staff = await Host.TokenFor("admin");
        var items = (await SearchAsync(filters)).Items.Select(x => $"{x.Id}");
        var explained = (await SearchAsync($"{filters}&explain=true", staff)).Items.Select(x => $"{x.Id} {x.Explanation}");
        return $"{string.Join(", ", items)}; staff see {string.Join(", ", explained)}";
    }

    private async Task SellAsync(ProductPublishedNotice product, int pieces)
    {
        await news.TellAsync(Order(product, pieces));
        await ReadAsync();
    }

    private static OrderConfirmedNotice Order(ProductPublishedNotice product, int pieces) =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), [new(product.Variants[0].Sku, pieces)], DateTimeOffset.UtcNow);

    // Now, not after ten seconds.
    private Task ReadAsync() => Host.Services.GetRequiredService<Purchases>().ReadAsync(CancellationToken.None);

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

    private async Task SwitchAsync(object flag)
    {
        var admin = await Host.TokenFor("admin");
        await Host.Scenario(x =>
        {
            x.Put.Json(flag).ToUrl(Flag);
            x.WithBearerToken(admin);
            x.StatusCodeShouldBeSuccess();
        });
    }

    private async Task<SearchPage> SearchAsync(string filters, string? token = null) => (await Host.Scenario(x =>
    {
        x.Get.Url($"/api/search?q=kurta%20{news.Word}{filters}");
        if (token is not null) x.WithBearerToken(token);
    })).ReadAsJson<SearchPage>()!;
}
