using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Commerce.Catalog;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce.BackInStock;

/// <summary>Shoppers wait for SKUs that no other story uses.</summary>
public abstract class BackInStockStory(AaryaFixture fixture) : CatalogueStory(fixture)
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A mailbox of this spec alone.</summary>
    protected string Mailbox(string name) => $"{name}.{Tag}@example.com";

    private protected async Task<Answer> AskAsync(string sku, string email, Shopper? by = null)
    {
        using var guest = by is null ? await Shopper.GuestAsync(Host) : null;
        return await (by ?? guest!).PostAsync($"/api/inventory/{sku}/back-in-stock", new { email });
    }

    /// <summary>This many shoppers wait for the SKU.</summary>
    private protected async Task WaitAsync(string sku, int shoppers)
    {
        using var guest = await Shopper.GuestAsync(Host);
        foreach (var some in Enumerable.Range(0, shoppers).Chunk(8))
            await Task.WhenAll(some.Select(async i => (await AskAsync(sku, Mailbox($"shopper{i}"), guest)).Is(202)));
    }

    /// <summary>How many shoppers the table counts for the SKU, and how many requests are stored.</summary>
    protected async Task<(int Counted, int Stored)> WaitingAsync(string sku)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        var counted = await session.AdvancedSql.QueryAsync<int>("select shoppers from commerce.back_in_stock where sku = ?", Cancel, sku);
        return (counted.SingleOrDefault(), await session.Query<BackInStockRequest>().CountAsync(x => x.Sku == sku, Cancel));
    }

    /// <summary>
    /// Changes the stock on hand, with its line in the ledger but without an announcement, so that a spec decides when the shoppers are
    /// told.
    /// </summary>
    protected async Task PutInStockAsync(string sku, int pieces)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        session.QueueSqlCommand(
            """
            with was as (
              select sku, on_hand from commerce.stock where sku = ? for update
            ), counted as (
              update commerce.stock set on_hand = reserved + ? from was where stock.sku = was.sku
              returning stock.sku, stock.on_hand - was.on_hand as delta
            )
            insert into commerce.stock_ledger (sku, delta, reason, reference) select sku, delta, 'stocktake', ? from counted
            """,
            sku, pieces, $"{Guid.NewGuid()}");
        await session.SaveChangesAsync(Cancel);
    }
}
