using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Options;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Orders.Payments;
using Aarya.Features.Commerce.Pricing;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>What a checkout has found out before its transaction begins: core and Redis have answered.</summary>
/// <param name="Network">The network address that the order comes from; null when it comes from another context.</param>
public sealed record CheckoutRequest(PlaceOrder Command, Buyer Buyer, ShippingAddress Address, CartReading Cart, string? Network);

/// <summary>
/// An order that one transaction places, together with its reservation. The only way to place one: by <c>POST /api/checkout</c> and by the
/// RPC <c>CreateOrder</c>.
/// </summary>
/// <param name="News">The messages that follow, also of earlier orders that were cancelled in favour of this one.</param>
public sealed record PlacedOrder(Guid Id, OrderPlaced Fact, OutgoingMessages News)
{
    /// <summary>The order as it is now.</summary>
    public Order Order => Order.From(Id, Fact);

    /// <summary>Reserves the cart's goods and prices them, or returns why not; then the caller must not save the session.</summary>
    /// <param name="http">Its If-Match may contain the cart's tag; null when the order comes from another context.</param>
    public static async Task<(PlacedOrder?, ProblemDetails)> PlaceAsync(
        IDocumentSession session, CheckoutRequest request, CheckoutOptions options, DateTimeOffset now, HttpRequest? http,
        CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7(now);
        var (cart, refused) = await ReservedCart.TakeAsync(
            session, id, request.Cart, request.Network, request.Address.Country, now, options, cancellation);
        if (cart is null) return (null, refused);
        var order = cart.OrderedBy(request.Buyer, request.Command, request.Address, Languages.Preferred(http));
        if (cart.UnlessAsShown(order, request.Command.ExpectedTotal, http) is { } changed) return (null, changed);
        return (new(id, order, [.. cart.News, .. NewsOf(id, order, request.Command.PaymentToken)]), refused);
    }

    // Payment receives the order, and when the order expires, the shop checks whether it was paid.
    private static OutgoingMessages NewsOf(Guid id, OrderPlaced order, string paymentToken) =>
    [
        new OrderPlacedNotice(id, order.Number, order.Subject, order.Email, order.Totals.Total, OrderMessages.LinesOf(order.Lines),
            paymentToken, order.At, order.ExpiresAt),
        new CancelUnpaidOrder(id).ScheduledAt(order.ExpiresAt),
    ];
}
