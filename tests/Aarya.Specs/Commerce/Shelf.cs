using Aarya.Features;
using Aarya.Features.Commerce;
using Aarya.Features.Commerce.Inventory;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce;

/// <summary>Goods of one spec's own, under SKUs that nobody else uses.</summary>
internal static class Shelf
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Puts a new SKU on sale and so many pieces on its shelf.</summary>
    public static async Task<string> SellsAsync(this IAlbaHost host, int pieces = 100, Money? price = null, bool published = true)
    {
        var sku = $"TEE-{Guid.NewGuid():N}"[..20].ToUpperInvariant();
        await using var session = host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        session.QueueSqlCommand(
            "insert into commerce.variant (sku, product_id, slug, name, size, colour, price_minor, currency, image, published) values (?, ?, ?, ?, 'M', 'white', ?, 'INR', '/tee.jpg', ?)",
            sku, Guid.CreateVersion7(), sku.ToLowerInvariant(), $"Linen tee {sku}", (price ?? Money.Rupees(500)).Minor, published);
        Stock.Open(session, [new(sku, pieces)]);
        await session.SaveChangesAsync(Cancel);
        return sku;
    }

    public static async Task WithdrawAsync(this IAlbaHost host, string sku)
    {
        await using var session = host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        session.QueueSqlCommand("update commerce.variant set published = false where sku = ?", sku);
        await session.SaveChangesAsync(Cancel);
    }

    /// <summary>Lets what is held under this id leave its shelves, as a payment does.</summary>
    public static async Task SoldAsync(this IAlbaHost host, Guid reservation)
    {
        await using var session = host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        Assert.True(await Stock.SellAsync(session, reservation, Cancel));
        await session.SaveChangesAsync(Cancel);
    }

    public static async Task<StockLevel> StockOfAsync(this IAlbaHost host, string sku)
    {
        await using var session = host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return (await Stock.FindAsync(session, sku, Cancel))!;
    }
}
