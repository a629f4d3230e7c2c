using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Contracts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.BackInStock;

public sealed class TellWaitingSpec(AaryaFixture fixture) : BackInStockStory(fixture)
{
    [Fact]
    public async Task a_delivery_empties_the_waiting_list_of_its_sku_only()
    {
        await GivenAsync(Kurta(stock: 0));
        await WaitAsync(Sku("S"), 2);
        await WaitAsync(Sku("M"), 1);

        await Adjust(Sku("S"), 5);

        await Eventually.HoldsAsync("the waiting list to be empty", async () => await WaitingAsync(Sku("S")) == (0, 0));
        Assert.Equal((1, 1), await WaitingAsync(Sku("M")));
    }

    [Fact]
    public async Task a_product_that_is_published_again_with_stock_is_back_too()
    {
        var product = await GivenAsync(Kurta(stock: 0));
        await WaitAsync(Sku("S"), 1);
        using var merchandiser = await Shopper.OfRoleAsync(Host, "merchandiser");
        (await merchandiser.PostAsync($"/api/admin/products/{product.Id}/withdraw")).Is(200);
        await PutInStockAsync(Sku("S"), 1);
        Assert.Equal((1, 1), await WaitingAsync(Sku("S")));

        (await merchandiser.PostAsync($"/api/admin/products/{product.Id}/publish")).Is(200);

        await Eventually.HoldsAsync("the waiting list to be empty", async () => await WaitingAsync(Sku("S")) == (0, 0));
    }

    [Fact]
    public async Task every_shopper_gets_one_piece_of_news_however_many_handlers_work_at_once()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        // More than one transaction turns into news.
        const int shoppers = TellWaiting.Most + 10;
        await WaitAsync(sku, shoppers);
        await PutInStockAsync(sku, 1);

        var messages = await Host.ExecuteAndWaitAsync(
            () => Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TellAsync(sku))), 60_000);

        var news = messages.Sent.MessagesOf<BackInStockNotice>().ToList();
        Assert.Equal(shoppers, news.Count);
        Assert.Equal(shoppers, news.Select(x => x.RequestId).Distinct().Count());
        Assert.Equal(shoppers, news.Select(x => x.Email).Distinct().Count());
        Assert.Equal((0, 0), await WaitingAsync(sku));
    }

    [Fact]
    public async Task while_a_sku_is_sold_out_again_its_shoppers_go_on_waiting()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        await WaitAsync(sku, 1);

        var messages = await Host.InvokeMessageAndWaitAsync(new TellWaiting(sku));

        Assert.Empty(messages.Sent.MessagesOf<BackInStockNotice>());
        Assert.Equal((1, 1), await WaitingAsync(sku));
    }

    private async Task TellAsync(string sku)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(new TellWaiting(sku), Cancel);
    }
}
