using Aarya.Features.Commerce.Pricing;

namespace Aarya.Features.Commerce.Cart;

/// <param name="Available">Pieces that can be bought now; 0 when the SKU is no longer on sale.</param>
public sealed record CartLineView(
    string Sku, string Name, int Quantity, Money UnitPrice, Money LineTotal, int Available,
    Guid? ProductId, string? Slug, OptionsView? Options, string? Image);

/// <summary>A difference since the shopper added the line.</summary>
/// <param name="Kind">
/// <c>price</c> (was, now), <c>availability</c> (fewer pieces than wanted; available) or <c>withdrawn</c> (the line is not part of the
/// totals).
/// </param>
public sealed record CartChangeView(string Sku, string Kind, Money? Was = null, Money? Now = null, int? Available = null);

/// <summary>The delivery of the cart to a country.</summary>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Method">The method that <c>shipping</c> is computed with; absent, like its time, when no method delivers there.</param>
/// <param name="Estimate">The delivery time.</param>
/// <param name="Code">
/// <c>delivery.not_available</c> when the shop does not deliver there; <paramref name="Detail"/> is the message for people.
/// </param>
public sealed record CartDeliveryView(
    string Country, string? Method = null, string? Estimate = null, string? Code = null, string? Detail = null);

/// <summary>A cart at current prices. <paramref name="Tax"/> is part of <paramref name="Total"/>.</summary>
/// <param name="Taxes">By rate, delivery included: taxable and tax of all rates sum to <paramref name="Total"/>.</param>
public sealed record CartView(
    Guid Id, IReadOnlyList<CartLineView> Lines, Money Subtotal, Money Discount, Money Shipping, Money Tax, Money Total,
    IReadOnlyList<CartChangeView> Changes, IReadOnlyList<RateTax> Taxes, CartDeliveryView Delivery)
{
    /// <summary>
    /// Shipping is that of the first method that delivers to the country, until checkout names another. Withdrawn lines are shown but are
    /// not part of the totals, because they cannot be bought. Sold-out lines are part of the totals: stock that an unpaid order reserves
    /// may become available again, and checkout takes the whole cart or nothing.
    /// </summary>
    public static CartView Of(ShoppingCart cart, IReadOnlyDictionary<string, Offer> offers, string country, DateTimeOffset now)
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
            if (onSale) priced.Add(new(line.Quantity, price, offer!.HsnCode));
            if (!onSale) changes.Add(new(line.Sku, "withdrawn"));
            else if (available < line.Quantity) changes.Add(new(line.Sku, "availability", Available: available));
            if (onSale && price != line.PriceSeen) changes.Add(new(line.Sku, "price", line.PriceSeen, price));
        }

        var method = ShippingMethod.GoingTo(country) is [var first, ..] ? first : null;
        var rate = method?.To(country);
        var (totals, _) = Totals.Of(priced, rate, country, now);
        var delivery = rate is null
            ? new CartDeliveryView(country, Code: ShippingMethod.NowhereCode, Detail: ShippingMethod.NowhereDetail(country))
            : new CartDeliveryView(country, method!.Id, rate.Estimate);
        return new(cart.Subject, lines, totals.Subtotal, totals.Discount, totals.Shipping, totals.Tax, totals.Total,
            changes, totals.Taxes!, delivery);
    }
}
