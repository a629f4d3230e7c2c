using Aarya.Infrastructure.Security;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>The caller's cart at the prices of now; a cart that was never filled is an empty one.</summary>
public static class GetCartEndpoint
{
    [WolverineGet("/api/cart")]
    public static async Task<CartView> Get(Caller caller, Carts carts, CartAnswers answers, CancellationToken cancellation) =>
        await answers.ViewAsync(await carts.ReadAsync(caller.Subject), cancellation);
}
