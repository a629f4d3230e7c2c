using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Checkout;

/// <param name="Price">For the caller's current cart; without a cart, the price below <c>freeAbove</c>.</param>
public sealed record ShippingMethodView(string Id, string Name, Money Price, string Estimate, Money? FreeAbove);

/// <param name="Code"><c>delivery.not_available</c>.</param>
public sealed record DeliveryUnavailableView(string Code, string Detail);

/// <param name="Items">The methods that deliver to the country; empty when the shop does not deliver there.</param>
/// <param name="Unavailable">Why there are none.</param>
public sealed record ShippingMethodsView(IReadOnlyList<ShippingMethodView> Items, DeliveryUnavailableView? Unavailable = null);

/// <summary>The shipping methods for <c>country</c> (India by default), with their prices.</summary>
public static class GetShippingMethodsEndpoint
{
    public static ProblemDetails Validate(string? country = null) => Destination.Check(country);

    [WolverineGet("/api/shipping-methods")]
    public static async Task<ShippingMethodsView> Get(HttpContext http, Carts carts, CartAnswers answers, string? country = null)
    {
        var destination = country ?? Destination.India;
        var cart = http.FindCaller() is { } caller
            ? await answers.ViewAsync(await carts.ReadAsync(caller.Subject), destination, http.RequestAborted)
            : null;
        ShippingMethodView[] items =
        [
            .. from method in ShippingMethod.GoingTo(destination)
               let rate = method.To(destination)!
               let price = cart is { Lines.Count: > 0 } ? rate.PriceFor(cart.Subtotal) : rate.Charge
               select new ShippingMethodView(method.Id, method.Name, price, rate.Estimate, rate.FreeAbove),
        ];
        return new(items, items.Length == 0 ? new(ShippingMethod.NowhereCode, ShippingMethod.NowhereDetail(destination)) : null);
    }
}
