using Aarya.Features.Commerce.Cart;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Checkout;

/// <param name="Price">For the caller's cart as it is; for somebody without one, what it costs before it becomes free.</param>
public sealed record ShippingMethodView(string Id, string Name, Money Price, string Estimate, Money? FreeAbove);

public sealed record ShippingMethodsView(IReadOnlyList<ShippingMethodView> Items);

/// <summary>The ways to have the goods brought, and what each costs.</summary>
public static class GetShippingMethodsEndpoint
{
    [WolverineGet("/api/shipping-methods")]
    public static async Task<ShippingMethodsView> Get(HttpContext http, Carts carts, CartAnswers answers)
    {
        var cart = http.FindCaller() is { } caller ? await answers.ViewAsync(await carts.ReadAsync(caller.Subject), http.RequestAborted) : null;
        return new([.. ShippingMethod.All.Select(x =>
            new ShippingMethodView(x.Id, x.Name, cart is { Lines.Count: > 0 } ? x.PriceFor(cart.Subtotal) : x.Charge, x.Estimate, x.FreeAbove))]);
    }
}
