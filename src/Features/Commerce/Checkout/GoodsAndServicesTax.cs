namespace Aarya.Features.Commerce.Checkout;

/// <summary>
/// The tax that a price already holds: in India prices are shown with GST in them (Legal Metrology (Packaged Commodities)
/// Rules 2011, rule 2(m): the retail sale price is inclusive of all taxes). Clothing is taxed by the price of a piece:
/// 5 % up to ₹1,000, 12 % above (chapters 61 and 62 of Schedules I and II, Notification 1/2017-Central Tax (Rate)).
/// The threshold is compared with the shown price. Rates by HSN code and by date have their place here.
/// </summary>
public static class GoodsAndServicesTax
{
    private static readonly Money LowRateUpTo = Money.Rupees(1_000);

    /// <summary>Per cent of the price without tax.</summary>
    public static int RateOf(Money pricePerPiece) => pricePerPiece.Minor <= LowRateUpTo.Minor ? 5 : 12;

    /// <summary>The part of an amount that is tax, rounded half up to the paisa.</summary>
    public static Money IncludedIn(Money amount, int rate)
    {
        var whole = 100 + rate;
        return amount with { Minor = ((amount.Minor * rate) + (whole / 2)) / whole };
    }
}
