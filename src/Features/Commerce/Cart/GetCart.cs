using Aarya.Features.Commerce.Checkout;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>
/// The caller's cart at the prices of now, delivered to a country (India unless told otherwise); a cart that was never filled
/// is an empty one.
/// </summary>
public static class GetCartEndpoint
{
    public static ProblemDetails Validate(string? country = null) => Destination.Check(country);

    [WolverineGet("/api/cart")]
    public static async Task<CartView> Get(
        Caller caller, Carts carts, CartAnswers answers, CancellationToken cancellation, string? country = null) =>
        await answers.ViewAsync(await carts.ReadAsync(caller.Subject), country ?? Destination.India, cancellation);
}
