using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Catalog;

public sealed class AnnounceChangesSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Fact]
    public async Task a_sku_that_forty_checkouts_took_from_is_announced_far_fewer_times_and_ends_at_the_truth()
    {
        await GivenAsync(Kurta(stock: 100));
        var told = new List<StockChangedNotice>();

        var session = await Host.ExecuteAndWaitAsync(async _ =>
        {
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => ReserveAsync()));
            await Host.Services.CreateScope().ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(new AnnounceChanges());
        }, 30_000);

        told.AddRange(session.Sent.MessagesOf<StockChangedNotice>().Where(x => x.Sku == Sku("S")));
        Assert.InRange(told.Count, 1, 10);
        var last = told.MaxBy(x => x.Sequence)!;
        Assert.Equal((60, 41L), (last.Available, last.Sequence));
    }

    private async Task ReserveAsync()
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        Assert.Empty(
            await Stock.ReserveAsync(session, Guid.CreateVersion7(), [new(Sku("S"), 1)], DateTimeOffset.UtcNow.AddMinutes(5), default));
        await session.SaveChangesAsync();
    }
}
