using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>
/// The caller's cart at the prices of now; a cart that was never filled is an empty one. The <c>ETag</c> is for a checkout that is to order
/// exactly this.
/// </summary>
public static class GetCartEndpoint
{
    [WolverineGet("/api/cart")]
    public static async Task<CartView> Get(Caller caller, Carts carts, CartAnswers answers, HttpContext http, CancellationToken cancellation)
    {
        var view = await answers.ViewAsync(await carts.ReadAsync(caller.Subject), cancellation);
        http.Response.Headers.ETag = CartTag.Of(view);
        return view;
    }
}
