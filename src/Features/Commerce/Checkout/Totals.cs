namespace Aarya.Features.Commerce.Checkout;

/// <summary>Some pieces of one SKU at the shop's price.</summary>
public sealed record PricedLine(int Quantity, Money UnitPrice)
{
    public Money LineTotal => UnitPrice * Quantity;
}

/// <summary>What a cart or an order comes to. <paramref name="Tax"/> is part of <paramref name="Total"/>, never on top of it.</summary>
public sealed record Totals(Money Subtotal, Money Discount, Money Shipping, Money Tax, Money Total)
{
    public static Totals Of(IReadOnlyCollection<PricedLine> lines, ShippingMethod method)
    {
        var subtotal = Money.Sum(lines.Select(x => x.LineTotal));
        var shipping = method.PriceFor(subtotal);
        var tax = Money.Sum(lines.Select(x => GoodsAndServicesTax.IncludedIn(x.LineTotal, GoodsAndServicesTax.RateOf(x.UnitPrice))));
        return new(subtotal, Money.Zero(subtotal.Currency), shipping, tax, subtotal + shipping);
    }
}
