using Aarya.Features;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Pricing;
using Aarya.Features.Commerce.Store;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Support.Shoppers;

/// <summary>Goods for one spec, with SKUs that no other spec uses.</summary>
internal static class Shelf
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Puts a new SKU on sale, with these pieces in stock.</summary>
    public static Task<string> SellsAsync(
        this IAlbaHost host, int pieces = 100, Money? price = null, bool published = true, string hsnCode = "62") =>
        host.Services.SellsAsync(pieces, price, published, hsnCode);

    /// <inheritdoc cref="SellsAsync(IAlbaHost, int, Money?, bool, string)"/>
    public static async Task<string> SellsAsync(
        this IServiceProvider shop, int pieces = 100, Money? price = null, bool published = true, string hsnCode = "62")
    {
        var sku = $"TEE-{Guid.NewGuid():N}"[..20].ToUpperInvariant();
        await using var session = shop.GetRequiredService<ICommerceStore>().LightweightSession();
        session.QueueSqlCommand(
            "insert into commerce.variant (sku, product_id, slug, name, size, colour, price_minor, currency, image, published, hsn_code)"
            + " values (?, ?, ?, ?, 'M', 'white', ?, 'INR', '/tee.jpg', ?, ?)",
            sku, Guid.CreateVersion7(), sku.ToLowerInvariant(), $"Linen tee {sku}", (price ?? Money.Rupees(500)).Minor, published, hsnCode);
        Stock.Open(session, [new(sku, pieces)]);
        await session.SaveChangesAsync(Cancel);
        return sku;
    }

    /// <summary>Adds a line to a cart, and then withdraws its product.</summary>
    public static async Task<string> HoldsWithdrawnAsync(this IAlbaHost host, Guid subject, Money price, int quantity = 1)
    {
        var sku = await host.SellsAsync(price: price, published: false);
        var offer = new Offer(sku, Guid.Empty, sku, sku, "M", "white", "/tee.jpg", price, OnSale: true, Available: 100);
        await host.Services.GetRequiredService<Carts>().AddAsync(new(subject, IsGuest: true), sku, quantity, offer);
        return sku;
    }

    public static async Task WithdrawAsync(this IAlbaHost host, string sku)
    {
        await using var session = host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        session.QueueSqlCommand("update commerce.variant set published = false where sku = ?", sku);
        await session.SaveChangesAsync(Cancel);
    }

    /// <summary>Sells the goods of a reservation, as a payment does.</summary>
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
