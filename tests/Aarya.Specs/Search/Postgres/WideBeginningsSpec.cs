using System.Globalization;
using Aarya.Features;
using Aarya.Features.Search.Engine;
using Aarya.Specs.Support;

namespace Aarya.Specs.Search.Postgres;

/// <summary>A beginning that more than a thousand words have is looked up once, and finds what a rare one would find.</summary>
public sealed class WideBeginningsSpec : IAsyncLifetime
{
    private const int Products = 1_200;

    private SearchShop shop = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        shop = await SearchShop.StartAsync();
        foreach (var some in Enumerable.Range(0, Products).Chunk(400)) await IndexAsync([.. some.Select(x => Product(x))]);
    }

    public ValueTask DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task it_finds_the_same_again_and_what_has_come_and_gone()
    {
        for (var again = 0; again < 2; again++)
        {
            Assert.Equal(Products, await CountAsync("zu"));
            Assert.Equal(Products / 2, await CountAsync("cotton zu"));
            // In the description alone.
            Assert.Equal(Products, await CountAsync("ve"));
            // The beginning of some of these words, and one whole word.
            Assert.Equal(Enumerable.Range(0, Products).Count(x => Letters(x).StartsWith('b')), await CountAsync("zub"));
            Assert.Equal(1, await CountAsync($"zu{Letters(777)}q"));
        }

        await IndexAsync([Product(Products)]);
        Assert.Equal(Products + 1, await CountAsync("zu"));
        await shop.Index.WithdrawAsync(Product(5).Id, 2, CancellationToken.None);
        await IndexAsync([Product(6) with { Version = 2, Name = "Plain Shirt" }]);
        Assert.Equal(Products - 1, await CountAsync("zu"));
        Assert.Equal(Products, await CountAsync("ve"));
    }

    [Fact]
    public async Task the_best_of_overlapping_beginnings_is_suggested_first()
    {
        // Joined with its neighbour, the word is a beginning, too.
        await IndexAsync([Product(Products) with { Name = "Zuba Shirt" }, Product(Products + 1) with { Name = "Zuba" }]);

        var found = (await shop.Engine.SuggestAsync("zuba", 3, [], Cancel)).Items.Where(x => x.Kind == "product").ToList();

        Assert.Equal(["Zuba", "Zuba Shirt"], found.Take(2).Select(x => x.Text));
        Assert.Equal(3, found.Count);
        Assert.Equal("Zuba Shirt", (await shop.Engine.SuggestAsync("zuba sh", 3, [], Cancel)).Items.First(x => x.Kind == "product").Text);
    }

    private Task IndexAsync(IReadOnlyList<ProductDocument> products) => shop.Index.IndexAsync(products, CancellationToken.None);

    private async Task<long> CountAsync(string text) => (await shop.FindAsync(text)).Total;

    private static ProductDocument Product(int number) => new(
        new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), 1, $"shirt-{number.ToString(CultureInfo.InvariantCulture)}",
        $"{(number % 2 == 0 ? "Cotton" : "Linen")} Shirt zu{Letters(number)}q", $"Made in ve{Letters(number)}q", "shirts", "",
        [new($"SKU-{number.ToString(CultureInfo.InvariantCulture)}", "M", "Blue", Money.Rupees(100), null, 1)], DateTimeOffset.UnixEpoch);

    // In letters, so that no word has a number.
    private static string Letters(int number) =>
        string.Concat(number.ToString(CultureInfo.InvariantCulture).Select(x => (char)('a' + (x - '0'))));
}
