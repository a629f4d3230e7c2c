using System.Text.Json;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Inventory.BackOffice;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Commerce.Catalog;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce.Inventory.BackOffice;

[StoryOf(typeof(GetStockEndpoint), typeof(ListStockLedgerEndpoint))]
public sealed class AdjustStockSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Fact]
    public async Task a_delivery_is_on_the_shelf_and_in_the_ledger()
    {
        await GivenAsync(Kurta(stock: 2));

        var shelf = (await Post(Sku("S"), new(10, "delivery 4711"))).ReadAsJson<ShelfView>();

        Assert.Equal(new ShelfView(Sku("S"), 12, 0, 12), shelf);
        Assert.Equal(12, (await Get($"/api/inventory/{Sku("S")}")).ReadAsJson<StockView>()!.Available);
        var ledger = (await Ledger("?limit=1")).ReadAsJson<LedgerPage>()!;
        Assert.Equal((10, "delivery 4711"), (ledger.Items.Single().Delta, ledger.Items.Single().Reason));
        var rest = (await Ledger($"?cursor={ledger.NextCursor}")).ReadAsJson<LedgerPage>()!;
        Assert.Equal((2, "opening"), (rest.Items.Single().Delta, rest.Items.Single().Reason));
        Assert.Null(rest.NextCursor);
        var refused = await Host.Scenario(x =>
        {
            x.WithBearerToken(Merchandiser);
            x.Get.Url($"/api/admin/stock/{Sku("S")}/ledger?cursor={ledger.Items.Single().Id}");
            x.StatusCodeShouldBe(400);
        });
        Assert.Contains("cursor", refused.ReadAsText(), StringComparison.Ordinal);

        Task<IScenarioResult> Ledger(string query) => Host.Scenario(x =>
        {
            x.WithBearerToken(Merchandiser);
            x.Get.Url($"/api/admin/stock/{Sku("S")}/ledger{query}");
        });
    }

    [Fact]
    public async Task a_stocktake_cannot_take_what_is_promised_to_an_order()
    {
        await GivenAsync(Kurta(stock: 3));
        await using (var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession())
        {
            Assert.Empty(
                await Stock.ReserveAsync(session, Guid.CreateVersion7(), [new(Sku("S"), 2)], DateTimeOffset.UtcNow.AddMinutes(5), default));
            await session.SaveChangesAsync();
        }

        var refused = (await Post(Sku("S"), new(-2, "stocktake"), 409)).ReadAsJson<JsonElement>();

        Assert.Equal("stock.reserved", refused.GetProperty("code").GetString());
        Assert.Equal(1, (await Get($"/api/inventory/{Sku("S")}")).ReadAsJson<StockView>()!.Available);
    }

    [Theory]
    [InlineData(0, "x", "delta")]
    [InlineData(1_000_001, "x", "delta")]
    [InlineData(-1_000_001, "x", "delta")]
    [InlineData(1, "", "reason")]
    [InlineData(1, "a reason so long that nobody will ever read it in the ledger, not even once", "reason")]
    public async Task an_adjustment_that_makes_no_sense_is_a_400_that_names_the_field(int delta, string reason, string field)
    {
        await SignIn();
        var problem = (await Post("ANY", new(delta, reason), 400)).ReadAsJson<JsonElement>();
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(x => x.Name));
    }

    [Fact]
    public async Task a_sku_that_nobody_has_heard_of_is_a_404()
    {
        await SignIn();
        Assert.Equal("sku.not_found",
            (await Post($"NO-{Tag}", new(1, "delivery"), 404)).ReadAsJson<JsonElement>().GetProperty("code").GetString());
        await Get($"/api/inventory/NO-{Tag}", 404);
    }

    private Task<IScenarioResult> Post(string sku, AdjustStock command, int status = 200) => Host.Scenario(x =>
    {
        x.WithBearerToken(Merchandiser);
        x.Post.Json(command).ToUrl($"/api/admin/stock/{sku}/adjustments");
        x.StatusCodeShouldBe(status);
    });
}
