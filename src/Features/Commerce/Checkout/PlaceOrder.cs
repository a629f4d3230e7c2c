using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Options;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>Orders the caller's cart at current prices.</summary>
/// <param name="ShippingAddress">The address to deliver to; or give <paramref name="AddressId"/>.</param>
/// <param name="PaymentToken">What the payment provider gave the storefront for the shopper's card or account; never a card number.</param>
/// <param name="Email">The address for e-mails about the order; the customer's own address when absent.</param>
/// <param name="AddressId">One of the addresses in the customer's account.</param>
/// <param name="ExpectedTotal">The total that the storefront has shown; an order with another total is refused.</param>
/// <param name="Origin">Where the visit came from, for the reports of sales.</param>
public sealed record PlaceOrder(
    ShippingAddress? ShippingAddress, string ShippingMethod, string PaymentToken, [property: Personal] string? Email = null,
    Guid? AddressId = null, Money? ExpectedTotal = null, VisitOrigin? Origin = null)
{
    public sealed class Validator : AbstractValidator<PlaceOrder>
    {
        public Validator()
        {
            RuleFor(x => x.ShippingAddress).NotNull().When(x => x.AddressId is null).WithMessage("is required unless addressId is given.");
            RuleFor(x => x.ShippingAddress!).SetValidator(new ShippingAddress.Validator()).When(x => x.ShippingAddress is not null);
            RuleFor(x => x.AddressId).Null().When(x => x.ShippingAddress is not null)
                .WithMessage("must not be given together with shippingAddress.");
            RuleFor(x => x.ShippingMethod).NotEmpty().Must(x => Pricing.ShippingMethod.Find(x) is not null)
                .WithMessage($"must be one of {string.Join(", ", Pricing.ShippingMethod.All.Select(x => x.Id))}.");
            RuleFor(x => x.PaymentToken).IsPaymentToken();
            RuleFor(x => x.Email!).NewEmailAddressOfAPerson().When(x => x.Email is not null);
            RuleFor(x => x.ExpectedTotal).Must(x => x is null or { Minor: >= 0, Currency: Money.Inr })
                .WithMessage("must be zero or more, in INR.");
            RuleFor(x => x.Origin!).SetValidator(new VisitOrigin.Validator()).When(x => x.Origin is not null);
        }
    }
}

public static class PlaceOrderEndpoint
{
    /// <summary>Asks core and Redis, before the transaction begins.</summary>
    public static async Task<(CheckoutRequest?, ProblemDetails)> BeforeAsync(
        PlaceOrder command, Caller caller, Carts carts, BuyerDirectory buyers, HttpContext http, CancellationToken cancellation)
    {
        var (buyer, unknown) = await buyers.OfAsync(caller, command.Email, cancellation);
        if (buyer is null) return (null, unknown);
        var (address, nowhere) = await buyers.AddressAsync(caller, command, cancellation);
        if (address is null) return (null, nowhere);
        var undelivered = ShippingMethod.Check(command.ShippingMethod, address.Country);
        if (undelivered != WolverineContinue.NoProblems) return (null, undelivered);
        var cart = await CartReading.OfAsync(carts, caller.Subject);
        return (new(command, buyer, address, cart, UnpaidOrders.NetworkOf(http)), WolverineContinue.NoProblems);
    }

    public static async Task<(PlacedOrder?, ProblemDetails)> LoadAsync(
        CheckoutRequest request, CheckoutOptions options, IDocumentSession session, HttpContext http, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var (placed, refused) = await PlacedOrder.PlaceAsync(session, request, options, now, http.Request, cancellation);
        return (placed, refused.WithRetryAfter(http));
    }

    [Refuses(409, "cart.empty", "There is nothing in the cart to order.")]
    [Refuses(409, "cart.ordered",
        "An order contains the goods in the cart: `orderId` and `number` identify it, `orderStatus` and `paymentStatus` give its state.")]
    [Refuses(409, "cart.changed",
        "The cart has changed since the `ETag` in `If-Match`: `expected` is the total that was shown, `total` the current one.")]
    [Refuses(409, "checkout.total_changed", "The order's total is not the `expectedTotal`: `expected` and `total` give both.")]
    [Refuses(409, "cart.not_on_sale", "`skus` lists those that the shop no longer sells: remove them from the cart.")]
    [Refuses(409, "delivery.not_available", "The shop does not deliver to `country`.")]
    [Refuses(409, "delivery.method_not_available", "This shipping method does not deliver to `country`; `methods` lists those that do.")]
    [Refuses(409, "stock.insufficient", "`shortages` lists each SKU with the requested and the available quantity.")]
    [Refuses(429, "checkout.too_many_unpaid",
        "The shopper has as many unpaid orders, or pieces in them, as the shop allows. `orders` lists them: pay or cancel one, "
        + "or try again after `Retry-After` seconds.")]
    [Refuses(429, "checkout.address_busy",
        "The client's network address has as many unpaid orders, or pieces in them, as the shop allows: try again after `Retry-After` "
        + "seconds, or sign in to an account that has bought here before.")]
    [AcceptsTag("The `ETag` of the cart that the shopper has seen: if its lines or prices have changed since, the answer is 409.")]
    [WolverinePost("/api/checkout"), RateLimit("payment"), IdempotencyKeyRequired]
    public static (Created<OrderView>, IStartStream, OutgoingMessages) Post(PlaceOrder command, PlacedOrder placed) => (
        TypedResults.Created($"/api/orders/{placed.Id}", OrderView.Of(placed.Order)),
        MartenOps.StartStream<Order>(placed.Id, placed.Fact),
        placed.News);
}
