using Aarya.Features.Commerce.Inventory.BackOffice;
using Aarya.Protos.Commerce;
using Aarya.Specs.Commerce.Catalog;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce.Inventory.BackOffice;

[StoryOf(typeof(BookStockHandler))]
public sealed class StockByGrpcSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    private Aarya.Protos.Commerce.Commerce.CommerceClient Client =>
        Host.Services.GetRequiredService<Aarya.Protos.Commerce.Commerce.CommerceClient>();

    [Fact]
    public async Task products_are_found_and_paged_through_as_shoppers_see_them()
    {
        var kurta = await GivenAsync(Kurta(stock: 4));

        var found = await Client.GetProductAsync(new() { IdOrSlug = kurta.Slug });
        Assert.Equal((kurta.Id.ToString(), 1L, 4, 129_900L),
            (found.Id, found.Version, found.Variants[0].Available, found.Variants[0].Price.Minor));

        List<string> seen = [];
        for (var page = await Client.ListProductsAsync(new() { Limit = 2 });
             ;
             page = await Client.ListProductsAsync(new() { Limit = 2, Cursor = page.NextCursor }))
        {
            seen.AddRange(page.Items.Select(x => x.Slug));
            if (page.NextCursor.Length == 0) break;
        }

        Assert.Contains(kurta.Slug, seen);
        Assert.Equal(seen.Distinct(), seen);
        await RefusedAsync(StatusCode.NotFound, "product.not_found", () => Client.GetProductAsync(new() { IdOrSlug = "nothing-like-it" }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid", () => Client.ListProductsAsync(new() { Limit = 201 }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid", () => Client.ListProductsAsync(new() { Cursor = "rubbish" }));
    }

    [Fact]
    public async Task stock_is_booked_once_per_reference()
    {
        await GivenAsync(Kurta(stock: 4));
        var delivery = new UpdateInventoryRequest { Sku = Sku("S"), Delta = 6, Reason = "delivery", Reference = Tag };

        Assert.Equal((10, 10), OnHand(await Client.UpdateInventoryAsync(delivery)));
        Assert.Equal((10, 10), OnHand(await Client.UpdateInventoryAsync(delivery)));

        await RefusedAsync(StatusCode.NotFound, "sku.not_found", () => Client.UpdateInventoryAsync(new(delivery) { Sku = "NEVER" }));
        await RefusedAsync(StatusCode.FailedPrecondition, "stock.reserved",
            () => Client.UpdateInventoryAsync(new(delivery) { Delta = -11, Reference = "x" }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid", () => Client.UpdateInventoryAsync(new(delivery) { Delta = 0 }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid", () => Client.UpdateInventoryAsync(new(delivery) { Reason = "" }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid",
            () => Client.UpdateInventoryAsync(new(delivery) { Reference = "" }));

        static (int, int) OnHand(InventoryUpdate x) => (x.OnHand, x.Available);
    }

    private static async Task RefusedAsync<T>(StatusCode status, string code, Func<AsyncUnaryCall<T>> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((status, code), (refused.StatusCode, RefusedCall.CodeOf(refused)));
    }
}
