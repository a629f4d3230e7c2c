using Aarya.Features.Commerce.Checkout;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>
/// The caller's cart at the prices of now, delivered to a country (India unless told otherwise); a cart that was never filled
/// is an empty one. The <c>ETag</c> is for a checkout that is to order exactly this.
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
