using System.Globalization;

namespace Aarya.Features.Commerce.Taxation;

/// <summary>
/// The tax that a price includes: in India, prices are shown with GST (Legal Metrology (Packaged Commodities) Rules 2011, rule 2(m): the
/// retail sale price is inclusive of all taxes). Rates are a table by HSN code and by the day on which the order is placed; the shop cannot
/// sell goods without a rate.
/// </summary>
/// <remarks>
/// <para>
/// Where a rate depends on the value of a piece (or a pair), the value is that of the transaction, without tax (section 15 of the
/// CGST Act 2017). It is computed from the shown price at the lower rate; if it is at most the threshold, the lower rate applies:
/// since 22 September 2025 up to a shown price of ₹2,625.00.
/// </para>
/// <para>
/// For shown prices between ₹2,625.00 and ₹2,950.00 neither rate is consistent: at 5 % the value is above ₹2,500, at 18 % it is not.
/// The shop charges the higher rate there, because it would owe tax that it collected too low, with interest; a merchant who wants
/// the lower rate can show ₹2,625.
/// </para>
/// </remarks>
public static class GoodsAndServicesTax
{
    /// <summary>The HSN code of a product without one: clothing, not knitted.</summary>
    public const string UsualCode = "62";

    // India has one time zone and no daylight saving time.
    private static readonly TimeSpan IndianTime = new(5, 30, 0);

    private const string Since2017 = "2017-07-01";
    private const string Since2025 = "2025-09-22";

    // Sources: Notification 1/2017-Central Tax (Rate) of 28 June 2017, superseded on 22 September 2025 by 9/2025-Central Tax (Rate) of 17
    // September 2025, both for the central half; the states levy the same again. The first row of a code also applies to earlier days: no
    // order is that old.
    private static readonly Dictionary<string, Rate[]> Table = new(StringComparer.Ordinal)
    {
        // Bags, purses, cases. Handbags and shopping bags of cotton and of jute have the lower rate since 2025 (Council for Leather
        // Exports, circular of 16 October 2025).
        ["4202"] = [new(Since2017, 18)],
        ["42022220"] = [new(Since2017, 12), new(Since2025, 5)],
        ["42022230"] = [new(Since2017, 12), new(Since2025, 5)],
        // Belts and other clothing accessories of leather.
        ["4203"] = [new(Since2017, 18)],
        // Cloth in the piece, including sarees and dhotis, which are not made up (CBEC, GST rate FAQ of 27 July 2017, question 6): of silk,
        // cotton and man-made fibres.
        ["5007"] = [new(Since2017, 5)],
        ["5208"] = [new(Since2017, 5)],
        ["5209"] = [new(Since2017, 5)],
        ["5407"] = [new(Since2017, 5)],
        ["5408"] = [new(Since2017, 5)],
        // Knitted clothing, other clothing, and made-up textiles except worn ones, by the piece.
        ["61"] = Clothing(),
        ["62"] = Clothing(),
        ["63"] = Clothing(),
        ["6309"] = [],
        ["6310"] = [],
        // Footwear, by the pair; the earlier lower rate is that of Notification 21/2021-Central Tax (Rate).
        ["64"] = [new("2022-01-01", 12, 1_000, 18), new(Since2025, 5, 2_500, 18)],
        // Jewellery, and imitation jewellery (schedule V, then IV).
        ["7113"] = [new(Since2017, 3)],
        ["7117"] = [new(Since2017, 3)],
    };

    /// <summary>Whether there is a tax rate for this HSN code (2, 4, 6 or 8 digits). Goods without one cannot be sold.</summary>
    public static bool Knows(string? hsnCode) =>
        hsnCode is { Length: 2 or 4 or 6 or 8 } && hsnCode.All(char.IsAsciiDigit) && RatesOf(hsnCode) is { Length: > 0 };

    /// <summary>The rate in per cent of the price without tax, for one piece at this shown price.</summary>
    /// <param name="hsnCode">The row of its longest prefix applies.</param>
    /// <param name="at">When the order is placed; the day in India counts.</param>
    /// <exception cref="ArgumentException">The table has no rate for the code; see <see cref="Knows"/>.</exception>
    public static int RateOf(string hsnCode, Money pricePerPiece, DateTimeOffset at)
    {
        if (RatesOf(hsnCode) is not { Length: > 0 } rates)
            throw new ArgumentException($"There is no tax rate for the HSN code '{hsnCode}'.", nameof(hsnCode));
        var day = DateOnly.FromDateTime(at.ToOffset(IndianTime).DateTime);
        return (rates.LastOrDefault(x => x.From <= day) ?? rates[0]).For(pricePerPiece);
    }

    /// <summary>The part of an amount that is tax, rounded half up to the paisa.</summary>
    public static Money IncludedIn(Money amount, int rate)
    {
        var whole = 100 + rate;
        return amount with { Minor = checked((amount.Minor * rate) + (whole / 2)) / whole };
    }

    private static Rate[]? RatesOf(string hsnCode)
    {
        for (var length = hsnCode.Length; length >= 2; length--)
            if (Table.TryGetValue(hsnCode[..length], out var rates)) return rates;
        return null;
    }

    private static Rate[] Clothing() => [new(Since2017, 5, 1_000, 12), new(Since2025, 5, 2_500, 18)];

    /// <param name="since">The first day, in India.</param>
    /// <param name="perCent">The rate up to the threshold.</param>
    /// <param name="upTo">The threshold in rupees per piece, without tax; null when the rate is the same for every value.</param>
    /// <param name="above">The rate above the threshold.</param>
    private sealed class Rate(string since, int perCent, int? upTo = null, int above = 0)
    {
        public DateOnly From { get; } = DateOnly.Parse(since, CultureInfo.InvariantCulture);

        // Both sides are in paise times per cent, so that no fraction is cut off before the comparison.
        public int For(Money price) =>
            upTo is { } rupees && checked(price.Minor * 100) > Money.Rupees(rupees).Minor * (100 + perCent) ? above : perCent;
    }
}
