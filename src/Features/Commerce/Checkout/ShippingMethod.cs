namespace Aarya.Features.Commerce.Checkout;

/// <summary>A way to have the goods brought.</summary>
/// <param name="Id">What checkout takes.</param>
/// <param name="Name">What the shopper reads.</param>
/// <param name="Charge">What it costs, GST included.</param>
/// <param name="FreeAbove">Goods for more than this travel free; null when never.</param>
/// <param name="Estimate">From confirmation to the door.</param>
public sealed record ShippingMethod(string Id, string Name, Money Charge, Money? FreeAbove, string Estimate)
{
    public static ShippingMethod Standard { get; } = new("standard", "Standard delivery", Money.Rupees(79), Money.Rupees(999), "3-6 days");

    public static ShippingMethod Express { get; } = new("express", "Express delivery", Money.Rupees(149), null, "1-2 days");

    public static IReadOnlyList<ShippingMethod> All { get; } = [Standard, Express];

    public static ShippingMethod? Find(string id) => All.FirstOrDefault(x => x.Id == id);

    /// <summary>What bringing goods of this worth costs; nothing to bring costs nothing.</summary>
    public Money PriceFor(Money goods) => goods.Minor == 0 || goods.Minor > FreeAbove?.Minor ? Money.Zero(goods.Currency) : Charge;
}
