using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Orders;
using Aarya.Infrastructure.Ids;
using Aarya.Infrastructure.Postgres;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>Orders the cart of a subject, once per order id; for other contexts, by gRPC.</summary>
public sealed record OrderCart(Guid OrderId, Buyer Buyer, PlaceOrder Order)
{
    /// <summary>One order per key: the same key leads to the same order.</summary>
    public static Guid IdOf(Guid subject, string key) => NamedUuid.Of($"{subject}\n{key}");
}

/// <summary>The order, or why there is none.</summary>
public sealed record CartOrdered(Order? Order, ProblemDetails? Refused);

public static class OrderCartHandler
{
    public static async Task<(CartOrdered, OutgoingMessages)> Handle(
        OrderCart command, Carts carts, CheckoutOptions options, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation)
    {
        await session.LockAsync($"order {command.OrderId}", cancellation);
        if (await session.LoadAsync<Order>(command.OrderId, cancellation) is { } placed) return (new(placed, null), []);

        var address = command.Order.ShippingAddress!.Spelt();
        var undelivered = ShippingMethod.Check(command.Order.ShippingMethod, address.Country);
        if (undelivered != WolverineContinue.NoProblems) return (new(null, undelivered), []);
        (var goods, ProblemDetails? refused) = await ReservedCart.TakeAsync(
            session, command.OrderId, carts, command.Buyer.Subject, network: null, address.Country, now, options, cancellation);
        var order = goods?.OrderedBy(command.Buyer, command.Order, address);
        if (order is not null) refused = goods!.UnlessAsShown(order, command.Order.ExpectedTotal);
        if (order is null || refused is not null)
        {
            // Nothing is saved, not even the cancellation of another order.
            session.EjectAllPendingChanges();
            return (new(null, refused), []);
        }

        session.Events.StartStream<Order>(command.OrderId, order);
        return (
            new(Order.From(command.OrderId, order), null),
            [.. goods!.News, .. order.News(command.OrderId, command.Order.PaymentToken)]);
    }
}
