using Aarya.Features.Commerce.Taxation;

namespace Aarya.Features.Commerce.Pricing;

/// <summary>A quantity of one SKU at the shop's price.</summary>
/// <param name="HsnCode">The code that they are taxed by.</param>
public sealed record PricedLine(int Quantity, Money UnitPrice, string HsnCode = GoodsAndServicesTax.UsualCode)
{
    public Money LineTotal => UnitPrice * Quantity;
}

/// <summary>The tax of one line.</summary>
/// <param name="Rate">Per cent; 0 for an export.</param>
/// <param name="Shipping">Its share of the delivery charge.</param>
/// <param name="Tax">The tax included in the line and in its share of the delivery charge.</param>
public sealed record LineTax(int Rate, Money Shipping, Money Tax);

/// <summary>The amounts at one tax rate: <paramref name="Taxable"/> without tax, and the tax on it.</summary>
/// <param name="Rate">Per cent.</param>
public sealed record RateTax(int Rate, Money Taxable, Money Tax);

/// <summary>The amounts of a cart or an order. <paramref name="Tax"/> is included in <paramref name="Total"/>, never added to it.</summary>
/// <param name="Taxes">
/// By rate, the lowest first: taxable and tax of all rates sum to <paramref name="Total"/>. Null for orders from before it was recorded.
/// </param>
public sealed record Totals(Money Subtotal, Money Discount, Money Shipping, Money Tax, Money Total, IReadOnlyList<RateTax>? Taxes = null)
{
    /// <summary>
    /// Delivery charged with goods is part of a composite supply and is taxed like them (sections 2(30) and 8(a) of the CGST Act 2017). It
    /// is spread over the lines in proportion to their values, by <see cref="Money.Spread"/>. Tax is rounded once per line, with its share
    /// of the delivery charge, so that the tax per rate and the whole tax are sums of the lines.
    /// </summary>
    /// <param name="shipping">Null without delivery.</param>
    /// <param name="country">The country of delivery.</param>
    /// <param name="at">When the order is placed.</param>
    /// <returns>The totals, and the tax of each line, in the order of the lines.</returns>
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
