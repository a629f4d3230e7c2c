using Aarya.Features.Commerce.Taxation;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>Some pieces of one SKU at the shop's price.</summary>
/// <param name="HsnCode">What they are taxed by.</param>
public sealed record PricedLine(int Quantity, Money UnitPrice, string HsnCode = GoodsAndServicesTax.UsualCode)
{
    public Money LineTotal => UnitPrice * Quantity;
}

/// <summary>What one line bears.</summary>
/// <param name="Rate">Per cent; 0 for what leaves the country.</param>
/// <param name="Shipping">Its part of the delivery.</param>
/// <param name="Tax">The tax in the line and in its part of the delivery.</param>
public sealed record LineTax(int Rate, Money Shipping, Money Tax);

/// <summary>What is taxed at one rate: <paramref name="Taxable"/> without tax, and the tax on it.</summary>
/// <param name="Rate">Per cent.</param>
public sealed record RateTax(int Rate, Money Taxable, Money Tax);

/// <summary>What a cart or an order comes to. <paramref name="Tax"/> is part of <paramref name="Total"/>, never on top of it.</summary>
/// <param name="Taxes">
/// By rate, the lowest first: taxable and tax of all rates sum to <paramref name="Total"/>. Null for an order that was placed before
/// it was kept.
/// </param>
public sealed record Totals(Money Subtotal, Money Discount, Money Shipping, Money Tax, Money Total, IReadOnlyList<RateTax>? Taxes = null)
{
    /// <summary>
    /// Delivery charged with goods is part of a composite supply and taxed as they are (sections 2(30) and 8(a) of the CGST Act
    /// 2017). Over lines of several rates it is spread in proportion to their values, by <see cref="Money.Spread"/>. Tax is rounded
    /// once a line, its part of the delivery included, so that a line keeps what it bears and every rate and the whole are sums of
    /// lines.
    /// </summary>
    /// <param name="shipping">Null when nothing is brought.</param>
    /// <param name="country">Where the goods go.</param>
    /// <param name="at">When the order is placed.</param>
    /// <returns>The totals, and what each line bears, in the order of the lines.</returns>
    public static (Totals Totals, IReadOnlyList<LineTax> Lines) Of(
        IReadOnlyCollection<PricedLine> lines, ShippingRate? shipping, string country, DateTimeOffset at)
    {
        Money[] values = [.. lines.Select(x => x.LineTotal)];
        var subtotal = Money.Sum(values);
        var charge = shipping?.PriceFor(subtotal) ?? Money.Zero(subtotal.Currency);
        LineTax[] taxes = [.. lines.Zip(charge.Spread(values), (line, part) => TaxOf(line, part, country, at))];
        var byRate = from x in lines.Zip(taxes)
                     group x by x.Second.Rate into rate
                     orderby rate.Key
                     let tax = Money.Sum(rate.Select(x => x.Second.Tax))
                     select new RateTax(rate.Key, Money.Sum(rate.Select(x => x.First.LineTotal + x.Second.Shipping)) - tax, tax);
        var whole = Money.Sum(taxes.Select(x => x.Tax));
        return (new(subtotal, Money.Zero(subtotal.Currency), charge, whole, subtotal + charge, [.. byRate]), taxes);
    }

    private static LineTax TaxOf(PricedLine line, Money shipping, string country, DateTimeOffset at)
    {
        var rate = Destination.IsTaxed(country) ? GoodsAndServicesTax.RateOf(line.HsnCode, line.UnitPrice, at) : 0;
        return new(rate, shipping, GoodsAndServicesTax.IncludedIn(line.LineTotal + shipping, rate));
    }
}
