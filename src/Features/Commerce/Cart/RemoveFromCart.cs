using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>Removes a line from the caller's cart.</summary>
public static class RemoveFromCartEndpoint
{
    public static (CartOwner?, ProblemDetails) Load(Caller caller, HttpContext http, string? country = null) =>
        CartOwner.Of(caller, http, country);

    [WolverineDelete("/api/cart/items/{sku}"), ProducesResponseType<CartView>(200)]
    public static async Task<IResult> Delete(
        string sku, [NotBody] CartOwner owner, HttpContext http, Carts carts, CartAnswers answers, string? country = null)
    {
        return await answers.OfAsync(owner, await carts.RemoveAsync(owner, sku), country, http);
    }
}
