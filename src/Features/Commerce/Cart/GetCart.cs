using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>
/// The caller's cart at current prices, with delivery to <c>country</c> (India by default); a cart that was never filled is
/// empty. Send the <c>ETag</c> in <c>If-Match</c> at checkout to order exactly this cart.
/// </summary>
public static class GetCartEndpoint
{
    public static ProblemDetails Validate(string? country = null) => Destination.Check(country);

    [WolverineGet("/api/cart")]
    public static async Task<CartView> Get(
        Caller caller, Carts carts, CartAnswers answers, HttpContext http, CancellationToken cancellation, string? country = null)
    {
        var view = await answers.ViewAsync(await carts.ReadAsync(caller.Subject), country ?? Destination.India, cancellation);
        http.Response.Headers.ETag = CartTag.Of(view);
        return view;
    }
}
