using Aarya.Features.Commerce.Checkout;

namespace Aarya.Features.Commerce.Cart;

public sealed record OptionsView(string Size, string Colour);

/// <param name="Available">Pieces that can be had right now; 0 for what is not on sale any more.</param>
public sealed record CartLineView(
    string Sku, string Name, int Quantity, Money UnitPrice, Money LineTotal, int Available,
    Guid? ProductId, string? Slug, OptionsView? Options, string? Image);

/// <summary>What is no longer as it was when the shopper put the line in.</summary>
/// <param name="Kind"><c>price</c> (was, now), <c>availability</c> (fewer pieces than wanted; available) or <c>withdrawn</c>.</param>
public sealed record CartChangeView(string Sku, string Kind, Money? Was = null, Money? Now = null, int? Available = null);

/// <summary>A cart at the prices of now. <paramref name="Tax"/> is part of <paramref name="Total"/>.</summary>
public sealed record CartView(
    Guid Id, IReadOnlyList<CartLineView> Lines, Money Subtotal, Money Discount, Money Shipping, Money Tax, Money Total,
    IReadOnlyList<CartChangeView> Changes)
{
    /// <summary>Shipping is that of the standard method until checkout names another.</summary>
    public static CartView Of(ShoppingCart cart, IReadOnlyDictionary<string, Offer> offers)
    {
        List<CartLineView> lines = new(cart.Lines.Count);
        List<PricedLine> priced = new(cart.Lines.Count);
        List<CartChangeView> changes = [];
        foreach (var line in cart.Lines)
        {
            var offer = offers.GetValueOrDefault(line.Sku);
            var onSale = offer is { OnSale: true };
            var available = onSale ? offer!.Available : 0;
            var price = offer?.Price ?? line.PriceSeen;
            lines.Add(new(line.Sku, offer?.Name ?? line.Sku, line.Quantity, price, price * line.Quantity, available,
                offer?.ProductId, offer?.Slug, offer is null ? null : new(offer.Size, offer.Colour), offer?.Image));
            priced.Add(new(line.Quantity, price));
            if (!onSale) changes.Add(new(line.Sku, "withdrawn"));
            else if (available < line.Quantity) changes.Add(new(line.Sku, "availability", Available: available));
            if (onSale && price != line.PriceSeen) changes.Add(new(line.Sku, "price", line.PriceSeen, price));
        }

        var totals = Totals.Of(priced, ShippingMethod.Standard);
        return new(cart.Subject, lines, totals.Subtotal, totals.Discount, totals.Shipping, totals.Tax, totals.Total, changes);
    }
}
