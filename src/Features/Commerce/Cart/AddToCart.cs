using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Cart;

/// <summary>Adds a quantity of one SKU to the caller's cart; the first addition creates the cart.</summary>
/// <param name="Origin">Where the visit came from, for the report of the funnel.</param>
public sealed record AddToCart(string Sku, int Quantity, VisitOrigin? Origin = null)
{
    public sealed class Validator : AbstractValidator<AddToCart>
    {
        public Validator()
        {
            RuleFor(x => x.Sku).NotEmpty().MaximumLength(Offer.LongestSku);
            RuleFor(x => x.Quantity).InclusiveBetween(1, ShoppingCart.MaxPerLine);
            RuleFor(x => x.Origin!).SetValidator(new VisitOrigin.Validator()).When(x => x.Origin is not null);
        }
    }
}

public static class AddToCartEndpoint
{
    public static (CartOwner?, ProblemDetails) Load(Caller caller, HttpContext http, string? country = null) =>
        CartOwner.Of(caller, http, country);

    [Refuses(409, "cart.not_on_sale", "The shop does not sell this SKU.")]
    [Refuses(409, "cart.line_limit", "The cart would contain too many of one SKU; `detail` gives the limit.")]
    [Refuses(409, "cart.too_many_lines", "The cart would contain too many different SKUs; `detail` gives the limit.")]
    [WolverinePost("/api/cart/items"), ProducesResponseType<CartView>(200)]
    public static async Task<IResult> Post(
        AddToCart command, CartOwner owner, HttpContext http, Carts carts, Offers offers, CartAnswers answers, string? country = null)
    {
        var offer = await offers.FindAsync(command.Sku, http.RequestAborted);
        var change = await carts.AddAsync(owner, command.Sku, command.Quantity, offer, command.Origin);
        return await answers.OfAsync(owner, change, country, http);
    }
}
