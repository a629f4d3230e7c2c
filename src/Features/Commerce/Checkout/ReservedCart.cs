using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Options;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>A cart that checkout has priced from the catalogue and reserved stock for, both in the order's own transaction.</summary>
/// <param name="Cart">What is ordered, as the cart would show it.</param>
/// <param name="Taken">An order that has taken the rest of the cart and awaits its payment.</param>
/// <param name="News">The messages of earlier orders that were cancelled in favour of this one.</param>
public sealed record ReservedCart(
    Guid OrderId, long Sequence, IReadOnlyList<OrderLine> Lines, DateTimeOffset At, DateTimeOffset ExpiresAt, CartView Cart, Order? Taken,
    OutgoingMessages News)
{
    /// <summary>Reserves all lines, or returns why not; then the caller must not save the session.</summary>
    /// <param name="network">The network address that the order comes from; null when it comes from another context.</param>
    public static async Task<(ReservedCart?, ProblemDetails)> TakeAsync(
        IDocumentSession session, Guid orderId, CartReading read, string? network, string country, DateTimeOffset now,
        CheckoutOptions options, CancellationToken cancellation)
    {
        var (hold, subject) = (options.Hold, read.Cart.Subject);
        if (!options.PerAddress.IsSet) network = null;
        var open = await OpenCart.LockAsync(session, read, network, now, cancellation);
        if (await open.NothingLeftAsync(session, hold, now, cancellation) is { } nothing) return (null, nothing);
        var cart = open.Left;
        var pieces = cart.Lines.Sum(x => x.Quantity);
        var (sequence, offers, unpaid) = await ReadAsync(
            session, [.. cart.Lines.Select(x => x.Sku)], UnpaidOrders.Count(session, subject, network, open.Ended), cancellation);
        if (await UnpaidOrders.RefuseAsync(session, options, unpaid, subject, network, pieces, now, cancellation) is { } tooMany)
            return (null, tooMany);
        string[] withdrawn = [.. cart.Lines.Where(x => !offers.TryGetValue(x.Sku, out var offer) || !offer.OnSale).Select(x => x.Sku)];
        if (withdrawn.Length > 0) return (null, NotOnSale(withdrawn));
        var shortages =
            await Stock.ReserveAsync(session, orderId, [.. cart.Lines.Select(x => new StockLine(x.Sku, x.Quantity))],
                now + hold, cancellation);
        if (shortages.Count > 0) return (null, Insufficient(shortages));
        CartClaims.Claim(session, subject, orderId);
        UnpaidOrders.Hold(session, orderId, subject, network, pieces, now + hold);
        OrderLine[] lines = [.. cart.Lines.Select(x => LineOf(offers[x.Sku], x.Quantity))];
        var view = CartView.Of(cart, offers, country, now);
        return (new(orderId, sequence, lines, now, now + hold, view, open.Taken, open.News), WolverineContinue.NoProblems);
    }

    private static async Task<(long Sequence, Dictionary<string, Offer> Offers, (HeldUnpaid, HeldUnpaid) Unpaid)> ReadAsync(
        IDocumentSession session, string[] skus, IEnumerable<NpgsqlBatchCommand> unpaid, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(session.Connection)
        {
            BatchCommands = { new("select nextval('commerce.order_sequence')"), Offer.Select(skus) },
        };
        foreach (var count in unpaid) batch.BatchCommands.Add(count);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var sequence = reader.GetInt64(0);
        await reader.NextResultAsync(cancellation);
        var offers = await Offer.ReadAsync(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        return (sequence, offers, await UnpaidOrders.ReadAsync(reader, cancellation));
    }

    // Rate and tax depend on the destination: see OrderedBy.
    private static OrderLine LineOf(Offer offer, int quantity) =>
        new(offer.Sku, offer.Name, offer.Size, offer.Colour, offer.Image, quantity, offer.Price, TaxRate: 0, offer.HsnCode);

    private static ProblemDetails NotOnSale(string[] skus)
    {
        var problem = Problem.Conflict("cart.not_on_sale", "Not on sale",
            $"The shop no longer sells {string.Join(", ", skus)}: remove them from the cart.");
        problem.Extensions["skus"] = skus;
        return problem;
    }

    private static ProblemDetails Insufficient(IReadOnlyList<StockShortage> shortages)
    {
        var problem = Problem.Conflict("stock.insufficient", "Not enough in stock",
            $"Too few are left of {string.Join(", ", shortages.Select(x => $"{x.Sku} ({x.Available} of {x.Requested})"))}.");
        problem.Extensions["shortages"] = shortages;
        return problem;
    }

    /// <summary>Refuses an order whose total or cart differs from what the shopper has seen.</summary>
    /// <param name="expected">What the shopper was shown; null when the storefront does not say.</param>
    /// <param name="request">Its If-Match may contain the cart's tag.</param>
    public ProblemDetails? UnlessAsShown(OrderPlaced order, Money? expected, HttpRequest? request = null)
    {
        if (request is not null && !CartTag.Allows(request, Cart))
        {
            Money? seen = CartTag.TotalSeen(request) is { } minor ? Cart.Total with { Minor = minor } : null;
            return Changed("cart.changed", "The cart has changed", "It is not the cart that was shown: show it again.", seen, Cart.Total);
        }

        var total = order.Totals.Total;
        return expected is null || expected == total
            ? null
            : Changed("checkout.total_changed", "The total has changed",
                $"The order costs {total.ToDisplay()}, not {expected.Value.ToDisplay()}.", expected, total);
    }

    private ProblemDetails Changed(string code, string title, string detail, Money? expected, Money total)
    {
        var problem = Problem.Conflict(code, title, detail);
        if (expected is not null) problem.Extensions["expected"] = expected;
        problem.Extensions["total"] = total;
        if (Taken is null) return problem;
        problem.Detail += $" Order {Taken.Number}, which awaits its payment, has taken a part of the cart.";
        problem.Extensions["orderId"] = Taken.Id;
        problem.Extensions["number"] = Taken.Number;
        return problem;
    }

    /// <param name="language">The language of the mails about the order, unless the shopper's account has another.</param>
    public OrderPlaced OrderedBy(Buyer buyer, PlaceOrder command, ShippingAddress address, string? language)
    {
        var rate = ShippingMethod.Find(command.ShippingMethod)!.To(address.Country);
        PricedLine[] priced = [.. Lines.Select(x => new PricedLine(x.Quantity, x.UnitPrice, x.HsnCode!))];
        var (totals, taxes) = Totals.Of(priced, rate, address.Country, At);
        OrderLine[] lines = [.. Lines.Zip(taxes, (line, tax) => line with { TaxRate = tax.Rate, Shipping = tax.Shipping, Tax = tax.Tax })];
        return new(
            Sequence, OrderNumber.Of(Sequence), buyer.Subject, buyer.Email, lines, totals, command.ShippingMethod, address, At, ExpiresAt,
            buyer.IsGuest, language, command.Origin);
    }
}
