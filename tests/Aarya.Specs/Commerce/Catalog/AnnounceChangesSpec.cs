using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support;
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

    [Fact]
    public async Task changes_of_skus_without_a_product_keep_no_other_from_being_announced()
    {
        await GivenAsync(Kurta(stock: 100));
        // More than one transaction takes, and all at once, so that no other change is among the first.
        await RunAsync(
            $"""
            insert into commerce.stock_changed (sku)
            select 'GONE-{Tag}-' || number from generate_series(1, {AnnounceChanges.Most * 2}) as number
            """);

        await ReserveAsync();

        await Eventually.HoldsAsync("every change is announced", async () => await LeftAsync() == 0,
            instead: async () => $"{await LeftAsync()} wait");
    }

    private async Task<long> LeftAsync()
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return (await session.AdvancedSql.QueryAsync<long>(
            $"select count(*) from commerce.stock_changed where sku like 'GONE-{Tag}-%' or sku = '{Sku("S")}'",
            TestContext.Current.CancellationToken)).Single();
    }

    private async Task RunAsync(string sql)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        session.QueueSqlCommand(sql);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private async Task ReserveAsync()
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        Assert.Empty(
            await Stock.ReserveAsync(session, Guid.CreateVersion7(), [new(Sku("S"), 1)], DateTimeOffset.UtcNow.AddMinutes(5), default));
        await session.SaveChangesAsync();
    }
}
