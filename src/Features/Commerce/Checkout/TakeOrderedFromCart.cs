using Aarya.Features.Commerce.Cart;

namespace Aarya.Features.Commerce.Checkout;

public sealed record OrderedQuantity(string Sku, int Quantity);

/// <summary>Sent with an order, to take exactly what was ordered out of the cart once the order stands.</summary>
public sealed record TakeOrderedFromCart(Guid OrderId, Guid Subject, IReadOnlyList<OrderedQuantity> Lines);

public static class TakeOrderedFromCartHandler
{
    public static Task Handle(TakeOrderedFromCart ordered, Carts carts) =>
        carts.TakeOrderedAsync(ordered.Subject, ordered.OrderId, ordered.Lines.Select(x => (x.Sku, x.Quantity)));
}
