using Aarya.Features.Commerce.Checkout;

namespace Aarya.Features.Commerce.Cart;

public sealed record OptionsView(string Size, string Colour);

/// <param name="Available">Pieces that can be had right now; 0 for what is not on sale any more.</param>
public sealed record CartLineView(
    string Sku, string Name, int Quantity, Money UnitPrice, Money LineTotal, int Available,
    Guid? ProductId, string? Slug, OptionsView? Options, string? Image);

/// <summary>What is no longer as it was when the shopper put the line in.</summary>
/// <param name="Kind">
/// <c>price</c> (was, now), <c>availability</c> (fewer pieces than wanted; available) or <c>withdrawn</c> (the line counts nothing).
/// </param>
public sealed record CartChangeView(string Sku, string Kind, Money? Was = null, Money? Now = null, int? Available = null);

/// <summary>How the cart is brought to a country.</summary>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Method">The method that <c>shipping</c> is reckoned with; absent, like its time, where none goes there.</param>
/// <param name="Estimate">How long it takes.</param>
/// <param name="Code"><c>delivery.not_available</c> where the shop does not deliver; <paramref name="Detail"/> says so for people.</param>
public sealed record CartDeliveryView(
    string Country, string? Method = null, string? Estimate = null, string? Code = null, string? Detail = null);

/// <summary>A cart at the prices of now. <paramref name="Tax"/> is part of <paramref name="Total"/>.</summary>
/// <param name="Taxes">By rate, delivery included: taxable and tax of all rates sum to <paramref name="Total"/>.</param>
public sealed record CartView(
    Guid Id, IReadOnlyList<CartLineView> Lines, Money Subtotal, Money Discount, Money Shipping, Money Tax, Money Total,
    IReadOnlyList<CartChangeView> Changes, IReadOnlyList<RateTax> Taxes, CartDeliveryView Delivery)
{
    /// <summary>
    /// Shipping is that of the first method that goes to the country, until checkout names another. What was withdrawn is shown
    /// but counts nothing: nobody can buy it. What is sold out counts: goods that an unpaid order holds come back, and the
    /// checkout takes all of the cart or nothing.
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
