using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Orders;
using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>A cart that checkout has priced from the catalogue and taken off the shelf, both in the order's own transaction.</summary>
public sealed record TakenGoods(Guid OrderId, long Sequence, IReadOnlyList<OrderLine> Lines, DateTimeOffset At, DateTimeOffset ExpiresAt)
{
    /// <summary>Takes all lines or answers why not; then nothing may be kept.</summary>
    public static async Task<(TakenGoods?, ProblemDetails)> TakeAsync(
        IDocumentSession session, Guid orderId, ShoppingCart cart, DateTimeOffset now, TimeSpan hold, CancellationToken cancellation)
    {
        if (cart.Lines.Count == 0) return (null, Problem.Conflict("cart.empty", "The cart is empty", "There is nothing in the cart to order."));
        await session.BeginTransactionAsync(cancellation);
        var (sequence, offers) = await ReadAsync(session.Connection!, [.. cart.Lines.Select(x => x.Sku)], cancellation);
        string[] withdrawn = [.. cart.Lines.Where(x => !offers.TryGetValue(x.Sku, out var offer) || !offer.OnSale).Select(x => x.Sku)];
        if (withdrawn.Length > 0) return (null, NotOnSale(withdrawn));
        var shortages = await Stock.ReserveAsync(session, orderId, [.. cart.Lines.Select(x => new StockLine(x.Sku, x.Quantity))], now + hold, cancellation);
        if (shortages.Count > 0) return (null, Insufficient(shortages));
        return (new(orderId, sequence, [.. cart.Lines.Select(x => LineOf(offers[x.Sku], x.Quantity))], now, now + hold), WolverineContinue.NoProblems);
    }

    private static async Task<(long Sequence, Dictionary<string, Offer> Offers)> ReadAsync(NpgsqlConnection connection, string[] skus, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new("select nextval('commerce.order_sequence')"), Offer.Select(skus) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var sequence = reader.GetInt64(0);
        await reader.NextResultAsync(cancellation);
        return (sequence, await Offer.ReadAsync(reader, cancellation));
    }

    // Rate and tax follow from where the goods go: see OrderedBy.
    private static OrderLine LineOf(Offer offer, int quantity) =>
        new(offer.Sku, offer.Name, offer.Size, offer.Colour, offer.Image, quantity, offer.Price, TaxRate: 0, offer.HsnCode);

    private static ProblemDetails NotOnSale(string[] skus)
    {
        var problem = Problem.Conflict("cart.not_on_sale", "Not on sale", $"The shop does not sell {string.Join(", ", skus)} any more: take it out of the cart.");
        problem.Extensions["skus"] = skus;
        return problem;
    }

    private static ProblemDetails Insufficient(IReadOnlyList<StockShortage> shortages)
    {
        var problem = Problem.Conflict("stock.insufficient", "Not enough in stock",
            $"There is too little left of {string.Join(", ", shortages.Select(x => $"{x.Sku} ({x.Available} of {x.Requested})"))}.");
        problem.Extensions["shortages"] = shortages;
        return problem;
    }

    public OrderPlaced OrderedBy(Buyer buyer, PlaceOrder command, ShippingAddress address)
    {
        var rate = ShippingMethod.Find(command.ShippingMethod)!.To(address.Country);
        var (totals, taxes) = Totals.Of([.. Lines.Select(x => new PricedLine(x.Quantity, x.UnitPrice, x.HsnCode!))], rate, address.Country, At);
        OrderLine[] lines = [.. Lines.Zip(taxes, (line, tax) => line with { TaxRate = tax.Rate, Shipping = tax.Shipping, Tax = tax.Tax })];
        return new(Sequence, OrderNumber.Of(Sequence), buyer.Subject, buyer.Email, lines, totals, command.ShippingMethod, address, At, ExpiresAt);
    }
}

internal static class OrderNews
{
    /// <summary>Payment is told, the cart lets go of what was ordered, and at the expiry somebody looks whether it was paid.</summary>
    public static OutgoingMessages News(this OrderPlaced order, Guid id, string paymentToken) =>
    [
        new Contracts.OrderPlaced(id, order.Number, order.Subject, order.Email, order.Totals.Total, Consequences.LinesOf(order.Lines), paymentToken, order.At, order.ExpiresAt),
        new TakeOrderedFromCart(id, order.Subject, [.. order.Lines.Select(x => new OrderedQuantity(x.Sku, x.Quantity))]),
        new CancelUnpaidOrder(id).ScheduledAt(order.ExpiresAt),
    ];
}
