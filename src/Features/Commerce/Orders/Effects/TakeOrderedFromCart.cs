using Aarya.Features.Commerce.Cart;
using Marten;

namespace Aarya.Features.Commerce.Orders.Effects;

public sealed record OrderedQuantity(string Sku, int Quantity);

/// <summary>Removes exactly what was ordered from the cart, once the order is paid; what the shopper added meanwhile stays.</summary>
public sealed record TakeOrderedFromCart(Guid OrderId, Guid Subject, IReadOnlyList<OrderedQuantity> Lines)
{
    public static TakeOrderedFromCart Of(Order order) =>
        new(order.Id, order.Subject, [.. order.Lines.Select(x => new OrderedQuantity(x.Sku, x.Quantity))]);
}

public static class TakeOrderedFromCartHandler
{
    public static async Task Handle(TakeOrderedFromCart ordered, Carts carts, IDocumentSession session, CancellationToken cancellation)
    {
        var owner = await CartClaims.LockOwnerAsync(session, ordered.OrderId, cancellation);
        var leftAt = await carts.TakeOrderedAsync(
            owner ?? ordered.Subject, ordered.OrderId, ordered.Lines.Select(x => (x.Sku, x.Quantity)));
        CartClaims.End(session, ordered.OrderId, leftAt);
    }
}
