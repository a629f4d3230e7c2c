using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Http;
using JasperFx.Events;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>
/// A locked cart at checkout: what the shopper sees, and the part that no order has taken yet. No other checkout orders from it until the
/// transaction ends.
/// </summary>
/// <param name="Whole">The cart as the shopper sees it.</param>
/// <param name="Left">The lines of it that can still be ordered.</param>
/// <param name="Taken">An order that has taken a part of it and awaits its payment.</param>
/// <param name="Ended">Orders that were cancelled in favour of this checkout.</param>
/// <param name="News">The messages that follow from their cancellation.</param>
internal sealed record OpenCart(ShoppingCart Whole, ShoppingCart Left, Order? Taken, IReadOnlyList<Guid> Ended, OutgoingMessages News)
{
    /// <summary>
    /// Locks the cart. Goods of a confirmed order that were in it when it was read cannot be ordered again. A declined or expired order of
    /// the same goods is cancelled and its stock released, in this transaction. Goods of an order that still awaits its payment cannot be
    /// ordered.
    /// </summary>
    /// <param name="read">The cart as it was read before the transaction.</param>
    /// <param name="network">The network address to lock in addition to the cart; null for none.</param>
    public static async Task<OpenCart> LockAsync(
        IDocumentSession session, CartReading read, string? network, DateTimeOffset now, CancellationToken cancellation)
    {
        var cart = read.Cart;
        var claims = await CartClaims.LockAsync(session, cart.Subject, new(read.Age, read.ReadAt), cancellation, network);
        if (claims.Count == 0) return new(cart, cart, null, [], []);

        var orders = await session.LoadManyAsync<Order>(cancellation, claims);
        // The cart was handed over after it was read: its goods are in another cart.
        if (orders.Count < claims.Count) return new(cart with { Lines = [] }, cart with { Lines = [] }, null, [], []);

        // The message that removes these goods from the cart is on its way, or has arrived since the cart was read.
        foreach (var confirmed in orders.Where(x => !x.AwaitsPayment && x.Status != OrderStatus.Cancelled))
            cart = cart.Without(PiecesOf(confirmed));

        // Streams are locked before stock rows, both in a fixed order, so that two such transactions cannot deadlock.
        List<IEventStream<Order>> ending = [];
        Dictionary<string, int> taken = new(StringComparer.Ordinal);
        Order? first = null;
        foreach (var order in orders.Where(x => x.AwaitsPayment).OrderBy(x => x.Sequence))
        {
            var overlaps = order.Lines.Any(x => cart.QuantityOf(x.Sku) > 0);
            if (overlaps && order.GivesWay(now))
            {
                var stream = await session.Events.FetchForExclusiveWriting<Order>(order.Id, cancellation);
                // It may have been paid meanwhile, or a new payment may have begun.
                if (stream.Aggregate!.GivesWay(now))
                {
                    ending.Add(stream);
                    continue;
                }
            }

            if (overlaps) first ??= order;
            foreach (var line in order.Lines) taken[line.Sku] = taken.GetValueOrDefault(line.Sku) + line.Quantity;
        }

        var news = await EndAsync(session, ending, cart, now, cancellation);
        return new(cart, cart.Without(taken), first, [.. ending.Select(x => x.Id)], news);
    }

    private static Dictionary<string, int> PiecesOf(Order order) =>
        order.Lines.GroupBy(x => x.Sku).ToDictionary(x => x.Key, x => x.Sum(y => y.Quantity), StringComparer.Ordinal);

    private static async Task<OutgoingMessages> EndAsync(
        IDocumentSession session, List<IEventStream<Order>> ending, ShoppingCart cart, DateTimeOffset now, CancellationToken cancellation)
    {
        if (ending.Count == 0) return [];
        // The stock rows of every SKU that this transaction changes.
        string[] skus = [.. ending.SelectMany(x => x.Aggregate!.Lines).Select(x => x.Sku).Concat(cart.Lines.Select(x => x.Sku)).Distinct()];
        await Stock.LockAsync(session, skus, cancellation);
        OutgoingMessages news = [];
        foreach (var stream in ending)
            news.AddRange(await OrderMessages.AppendAsync(session, stream, stream.Aggregate!.GiveWay(now), cancellation));

        return news;
    }

    /// <summary>Why nothing of the cart can be ordered; null when something can.</summary>
    public async Task<ProblemDetails?> NothingLeftAsync(
        IQuerySession session, TimeSpan recently, DateTimeOffset now, CancellationToken cancellation)
    {
        if (Left.Lines.Count > 0) return null;
        if ((Whole.Lines.Count > 0 ? Taken : await LastOrderAsync(session, now - recently, cancellation)) is not { } order)
            return Problem.Conflict("cart.empty", "The cart is empty", "There is nothing in the cart to order.");
        var problem = Problem.Conflict("cart.ordered", "This cart was already ordered",
            $"Order {order.Number} contains these goods; it is {order.Status.Text()}, its payment {order.PaymentStatus.Text()}.");
        problem.Extensions["orderId"] = order.Id;
        problem.Extensions["number"] = order.Number;
        problem.Extensions["orderStatus"] = order.Status.Text();
        problem.Extensions["paymentStatus"] = order.PaymentStatus.Text();
        return problem;
    }

    // If an order is paid at once, its goods have left the cart before a second click on Pay arrives.
    private async Task<Order?> LastOrderAsync(IQuerySession session, DateTimeOffset since, CancellationToken cancellation)
    {
        var last = await session.Query<Order>()
            .Where(x => x.Subject == Whole.Subject).OrderByDescending(x => x.Sequence).FirstOrDefaultAsync(cancellation);
        return last is { Status: not OrderStatus.Cancelled } && last.PlacedAt > since ? last : null;
    }
}
