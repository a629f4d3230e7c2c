using Aarya.Features.Commerce.Inventory;
using Aarya.Infrastructure.Grpc;
using Aarya.Protos.Commerce;
using Aarya.Specs.Commerce.Catalog;
using Aarya.Specs.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;
using StockLine = Aarya.Protos.Commerce.StockLine;

namespace Aarya.Specs.Commerce.Inventory;

[StoryOf(typeof(BookStockHandler), typeof(HoldStockHandler), typeof(ReleaseWhenExpiredHandler), typeof(ReleaseStockHandler))]
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

    [Fact]
    public async Task held_stock_comes_back_by_itself_when_its_time_is_over()
    {
        await GivenAsync(Kurta(stock: 4));
        var hold = new ReserveStockRequest
        {
            ReservationId = Guid.CreateVersion7().ToString(),
            HoldSeconds = 600,
            Lines = { new StockLine { Sku = Sku("S"), Quantity = 3 } },
        };

        var tracked = await Host.ExecuteAndWaitAsync(async _ =>
        {
            Assert.Equal("held", (await Client.ReserveStockAsync(hold)).Status);
            Assert.Equal("held", (await Client.ReserveStockAsync(hold)).Status);
        }, 30_000);
        Assert.Equal(1, await AvailableAsync());
        var timer = tracked.Scheduled.MessagesOf<ReleaseWhenExpired>().First();

        await Host.InvokeMessageAndWaitAsync(timer);
        Assert.Equal(1, await AvailableAsync());

        await ExpireAsync(timer.ReservationId);
        await Host.InvokeMessageAndWaitAsync(timer);
        Assert.Equal(4, await AvailableAsync());
        Assert.Equal("released", (await Client.ReserveStockAsync(hold)).Status);
        Assert.Equal(4, await AvailableAsync());
    }

    [Fact]
    public async Task held_stock_is_released_once_and_what_cannot_be_held_is_refused()
    {
        await GivenAsync(Kurta(stock: 4));
        var hold = new ReserveStockRequest
        {
            ReservationId = Guid.CreateVersion7().ToString(),
            HoldSeconds = 600,
            Lines = { new StockLine { Sku = Sku("S"), Quantity = 3 } },
        };
        await Client.ReserveStockAsync(hold);

        await RefusedAsync(StatusCode.FailedPrecondition, "stock.short",
            () => Client.ReserveStockAsync(new(hold) { ReservationId = Guid.CreateVersion7().ToString() }));
        Assert.Equal("released", (await Client.ReleaseStockAsync(new() { ReservationId = hold.ReservationId })).Status);
        Assert.Equal("released", (await Client.ReleaseStockAsync(new() { ReservationId = hold.ReservationId })).Status);
        Assert.Equal("released", (await Client.ReleaseStockAsync(new() { ReservationId = Guid.CreateVersion7().ToString() })).Status);
        Assert.Equal(4, await AvailableAsync());

        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid",
            () => Client.ReserveStockAsync(new(hold) { ReservationId = "7" }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid", () => Client.ReserveStockAsync(new(hold) { HoldSeconds = 0 }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid",
            () => Client.ReserveStockAsync(new(hold) { Lines = { new StockLine { Sku = "A", Quantity = -1 } } }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid", () => Client.ReleaseStockAsync(new() { ReservationId = "7" }));
    }

    private async Task<int> AvailableAsync() => (await Get($"/api/inventory/{Sku("S")}")).ReadAsJson<StockView>()!.Available;

    private async Task ExpireAsync(Guid reservation)
    {
        await using var session = Host.Services.GetRequiredService<Features.Commerce.ICommerceStore>().LightweightSession();
        session.QueueSqlCommand("update commerce.reservation set expires_at = now() - interval '1 second' where id = ?", reservation);
        await session.SaveChangesAsync();
    }

    private static async Task RefusedAsync<T>(StatusCode status, string code, Func<AsyncUnaryCall<T>> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((status, code), (refused.StatusCode, Refusal.CodeOf(refused)));
    }
}
