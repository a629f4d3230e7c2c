using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>Sets the quantity of a line of the caller's cart; the current price then counts as seen by the shopper.</summary>
/// <param name="Origin">Where the visit came from, for the report of the funnel.</param>
public sealed record ChangeQuantity(int Quantity, VisitOrigin? Origin = null)
{
    public sealed class Validator : AbstractValidator<ChangeQuantity>
    {
        public Validator()
        {
            RuleFor(x => x.Quantity).InclusiveBetween(1, ShoppingCart.MaxPerLine);
            RuleFor(x => x.Origin!).SetValidator(new VisitOrigin.Validator()).When(x => x.Origin is not null);
        }
    }
}

public static class ChangeQuantityEndpoint
{
    public static (CartOwner?, ProblemDetails) Load(Caller caller, HttpContext http, string? country = null) =>
        CartOwner.Of(caller, http, country);

    [Refuses(409, "cart.not_on_sale", "The shop does not sell this SKU.")]
    [Refuses(409, "cart.line_limit", "The cart would contain too many of one SKU; `detail` gives the limit.")]
    [WolverinePut("/api/cart/items/{sku}"), ProducesResponseType<CartView>(200)]
    public static async Task<IResult> Put(
        ChangeQuantity command, string sku, CartOwner owner, HttpContext http, Carts carts, Offers offers, CartAnswers answers,
        string? country = null)
    {
        var offer = await offers.FindAsync(sku, http.RequestAborted);
        var change = await carts.SetAsync(owner, sku, command.Quantity, offer, command.Origin);
        return await answers.OfAsync(owner, change, country, http);
    }
}
