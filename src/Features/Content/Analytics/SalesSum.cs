namespace Aarya.Features.Content.Analytics;

/// <summary>The sales of a part of what was counted: of a period, a source or a kind of device.</summary>
internal sealed record SalesSum(long Orders, long Items, Money Revenue, long Refunds, Money Refunded)
{
    /// <summary>The titles of <see cref="Fields"/>.</summary>
    public static readonly string[] Titles = ["orders", "items", "revenue", "average_order", "refunds", "refunded", "net"];

    public Money? AverageOrder => Orders == 0
        ? null
        : Revenue with { Minor = (long)Math.Round((decimal)Revenue.Minor / Orders, MidpointRounding.AwayFromZero) };

    public Money Net => Revenue with { Minor = Revenue.Minor - Refunded.Minor };

    /// <summary>The fields of a row of a CSV file.</summary>
    public string[] Fields =>
    [
        Csv.Number(Orders), Csv.Number(Items), Csv.Amount(Revenue), AverageOrder is { } average ? Csv.Amount(average) : "",
        Csv.Number(Refunds), Csv.Amount(Refunded), Csv.Amount(Net),
    ];

    /// <param name="sum">The sum of a kind: a whole number that a double represents exactly, below 90 trillion rupees.</param>
    public static SalesSum Of(Func<string, double> sum) => new(
        (long)sum(CountKinds.Purchase), (long)sum(CountKinds.PurchasedItem), Rupees(sum(CountKinds.Revenue)),
        (long)sum(CountKinds.Refund), Rupees(sum(CountKinds.Refunded)));

    public SalesOfPeriod OfPeriod(DayRange range) =>
        new(range.From, range.To, Orders, Items, Revenue, AverageOrder, Refunds, Refunded, Net);

    public SalesOfOrigin OfOrigin(string value) => new(value, Orders, Items, Revenue, AverageOrder, Refunds, Refunded, Net);

    private static Money Rupees(double paise) => new((long)paise, Money.Inr);
}
