using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Pricing;
using Aarya.Features.Commerce.Store;
using Marten;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>The carts that their owners have filled and left.</summary>
public sealed class AbandonedCarts(Carts carts, Offers offers, ICommerceStore store, TimeProvider time)
{
    /// <summary>The most carts that are looked at in one call.</summary>
    public const int Most = 200;

    /// <summary>
    /// The carts of these customers whose last change is at least <paramref name="minIdle"/> and at most <paramref name="maxIdle"/> ago,
    /// with only the lines that can be bought now. Leaves out customers who have ordered within <paramref name="maxIdle"/>, whatever
    /// became of the order.
    /// </summary>
    public async Task<IReadOnlyList<ShoppingCart>> ListAsync(
        IReadOnlyList<Guid> customers, TimeSpan minIdle, TimeSpan maxIdle, CancellationToken cancellation)
    {
        var read = await Task.WhenAll(customers.Select(carts.ReadIdleAsync));
        var left = read.Where(x => x.Cart.Lines.Count > 0 && x.Idle >= minIdle && x.Idle <= maxIdle).Select(x => x.Cart).ToList();
        if (left.Count == 0) return [];
        // After the carts were read: an order that was placed before takes its goods out of the cart later.
        var buyers = await BuyersAsync([.. left.Select(x => x.Subject)], time.GetUtcNow() - maxIdle, cancellation);
        left.RemoveAll(x => buyers.Contains(x.Subject));
        var known = await offers.FindAsync([.. left.SelectMany(x => x.Lines).Select(x => x.Sku).Distinct()], cancellation);
        return
        [
            .. left.Select(x => x with { Lines = [.. x.Lines.Where(CanBeBought)] }).Where(x => x.Lines.Count > 0),
        ];

        bool CanBeBought(CartLine line) => known.GetValueOrDefault(line.Sku) is { OnSale: true, Available: > 0 };
    }

    private async Task<HashSet<Guid>> BuyersAsync(Guid[] customers, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var found = await session.Query<Order>().Where(x => x.Subject.IsOneOf(customers) && x.PlacedAt >= since)
            .Select(x => x.Subject).Distinct().ToListAsync(cancellation);
        return [.. found];
    }
}
