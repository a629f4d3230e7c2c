using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Store;
using Aarya.Features.Commerce.Taxation;
using Aarya.Infrastructure.Seeding;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Demo;

/// <summary>What the first seeding announced: only one can find the shelves empty.</summary>
public sealed class FirstSeeding(AaryaFixture fixture) : IAsyncLifetime
{
    public ITrackedSession Messages { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Messages = await fixture.Host.ExecuteAndWaitAsync(async _ =>
    {
        await PlantAsync(SeedSize.Demo);
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(new AnnounceChanges());
    }, 60_000);

    public Task<IReadOnlyList<string>> PlantAsync(SeedSize size) =>
        fixture.Host.Services.GetServices<ISeed>().Single(x => x.GetType().Name == "DemoShop").PlantAsync(size, CancellationToken.None);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class DemoShopSpec(AaryaFixture fixture, FirstSeeding first) : Spec(fixture), IClassFixture<FirstSeeding>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task seeding_fills_the_shelves_once_and_leaves_alone_what_people_have_done_since_however_large_it_grows()
    {
        var kurta = (await Host.Scenario(x => x.Get.Url("/api/products/handloom-mulmul-kurta"))).ReadAsJson<ProductView>()!;
        Assert.Equal(("Handloom Mulmul Kurta", "kurtas", 12, 3), (kurta.Name, kurta.Category, kurta.Variants.Count, kurta.Images.Count));
        Assert.Contains(first.Messages.Sent.MessagesOf<ProductPublishedNotice>(), x => x.ProductId == kurta.Id);
        var sku = kurta.Variants.First(x => x.Available > 5).Sku;
        var before = await StockAsync(sku);
        await using (var session = Store.LightweightSession())
        {
            await Stock.AdjustAsync(session, sku, -5, "breakage", $"{Guid.NewGuid()}", Cancel);
            await session.SaveChangesAsync(Cancel);
        }

        await Task.WhenAll(SeedAsync(SeedSize.Demo), SeedAsync(SeedSize.Demo));

        Assert.Equal(before - 5, await StockAsync(sku));
        await using var query = Store.QuerySession();
        Assert.Equal(kurta.Id, (await query.Query<Product>().SingleAsync(x => x.Slug == kurta.Slug, Cancel)).Id);

        var goods = await query.Query<Product>()
            .Where(x => x.Slug == kurta.Slug || x.Category == "accessories" || x.Category == "sarees").ToListAsync(Cancel);
        Assert.All(goods, x => Assert.True(GoodsAndServicesTax.Knows(x.HsnCode), $"{x.Name}: {x.HsnCode}"));
        Assert.Equal("6211", kurta.HsnCode);
        HashSet<string> codes = ["6211", "5007", "5208", "5407", "4202", "42022220", "4203", "6214"];
        Assert.Superset(codes, goods.Select(x => x.HsnCode).ToHashSet());

        Assert.StartsWith("The shop has 1000 products in 4000 sizes and colours", await SeedAsync(SeedSize.Large),
            StringComparison.Ordinal);
        Assert.Equal(before - 5, await StockAsync(sku));
    }

    [Theory]
    [InlineData(SeedSize.Demo)]
    [InlineData(SeedSize.Large)]
    public async Task a_product_is_left_out_when_another_one_has_its_skus(SeedSize size)
    {
        await SeedAsync(size);
        // Staff change the slug of a demo product: it keeps its SKUs, and the next seeding finds no product at the old slug.
        await MoveAsync("gingham-cotton-kurta", "gingham-cotton-kurta-moved");

        var told = await first.PlantAsync(size);

        await MoveAsync("gingham-cotton-kurta-moved", "gingham-cotton-kurta");
        Assert.Contains("(0 of them new)", told[0], StringComparison.Ordinal);
        Assert.Equal("Gingham Cotton Kurta is left out: another product has one of its SKUs.", Assert.Single(told.Skip(1)));
    }

    private async Task MoveAsync(string from, string to)
    {
        await using var session = Store.LightweightSession();
        var product = await session.Query<Product>().SingleAsync(x => x.Slug == from, Cancel);
        product.Slug = to;
        new StoreProduct(product).Execute(session);
        await session.SaveChangesAsync(Cancel);
    }

    private IDocumentStore Store => Host.Services.GetRequiredService<ICommerceStore>();

    private async Task<string> SeedAsync(SeedSize size) => (await first.PlantAsync(size))[0];

    private async Task<int> StockAsync(string sku)
    {
        await using var session = Store.QuerySession();
        return (await Stock.FindAsync(session, sku, Cancel))!.OnHand;
    }
}
