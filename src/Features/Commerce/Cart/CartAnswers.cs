using System.Text.Json;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Features.Commerce.Cart;

/// <summary>Turns the outcome of a cart change into the answer, for every cart slice.</summary>
public sealed class CartAnswers(Carts carts, Offers offers, TimeProvider time)
{
    private const string Json = "application/json; charset=utf-8";

    public Task<CartView> ViewAsync(ShoppingCart cart, CancellationToken cancellation) => ViewAsync(cart, Destination.India, cancellation);

    /// <summary>The cart with its costs when it is delivered to this country.</summary>
    public async Task<CartView> ViewAsync(ShoppingCart cart, string country, CancellationToken cancellation) =>
        CartView.Of(cart, await offers.FindAsync([.. cart.Lines.Select(x => x.Sku)], cancellation), country, time.GetUtcNow());

    public async Task<IResult> OfAsync(CartOwner owner, CartChange change, string? country, HttpContext http)
    {
        if (change.Cart is null) return Results.Problem(Refused(change));
        if (change.Outcome == CartOutcome.Replayed)
        {
            http.Response.Headers[KeyedRequest.ReplayedHeaderName] = "true";
            if (!change.Answer.IsEmpty) return Results.Bytes(change.Answer, Json);
        }

        var view = await ViewAsync(change.Cart, country ?? Destination.India, http.RequestAborted);
        http.Response.Headers.ETag = CartTag.Of(view);
        if (owner.Key is null) return Results.Json(view, AaryaJson.Options);
        var answer = JsonSerializer.SerializeToUtf8Bytes(view, AaryaJson.Options);
        // A replayed answer that is computed again may differ from the original, so it is not recorded.
        if (change.Outcome == CartOutcome.Changed) carts.RecordAnswer(owner, answer);
        return Results.Bytes(answer, Json);
    }

    public static ProblemDetails Refused(CartChange change) => change.Outcome switch
    {
        CartOutcome.UnknownSku => Problem.NotFound("sku"),
        CartOutcome.NotOnSale => Problem.Conflict("cart.not_on_sale", "Not on sale", "The shop no longer sells this."),
        CartOutcome.LineLimit =>
            Problem.Conflict("cart.line_limit", "Too many of one SKU", $"A cart can contain at most {ShoppingCart.MaxPerLine} of one SKU."),
        CartOutcome.TooManyLines => Problem.Conflict("cart.too_many_lines", "The cart is full",
            $"A cart can contain at most {ShoppingCart.MaxLines} different SKUs."),
        CartOutcome.NoLine => Problem.NotFound("cart_line"),
        CartOutcome.KeyReused => Problem.Unprocessable("idempotency.key_reused", "This key belongs to another request",
            "The Idempotency-Key was used before with another request: use a new key for a new operation."),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change.Outcome, null),
    };
}
