using Aarya.Features.Commerce.Cart;
using Marten;
using Marten.Services;

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
        // Nothing is claimed once the goods have left the cart: a repeated message does nothing, however late it comes.
        if (await CartClaims.LockOwnerAsync(session, ordered.OrderId, cancellation) is not { } owner) return;
        var leftAt = await carts.TakeOrderedAsync(
            owner, ordered.Subject, ordered.OrderId, ordered.Lines.Select(x => (x.Sku, x.Quantity)));
        CartClaims.End(session, ordered.OrderId, leftAt);
        session.Listeners.Add(new ForgetsMark(carts, [owner, ordered.Subject], ordered.OrderId));
    }

    // The ended claim now keeps a repeated message from removing the lines again, so the mark in Redis can go soon.
    private sealed class ForgetsMark(Carts carts, Guid[] subjects, Guid orderId) : DocumentSessionListenerBase
    {
        public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
        {
            foreach (var subject in subjects.Distinct()) carts.ForgetTaken(subject, orderId);
            return Task.CompletedTask;
        }
    }
}
