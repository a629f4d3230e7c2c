namespace Aarya.Features.Search.Postgres;

/// <summary>
/// How well products sell, and how often they are looked at, as base-2 logarithms of weights: the weight of a piece, and of a view, halves
/// per week. Weights are relative to a fixed date: time alone does not change a score while the same purchases are read, and processes that
/// have read the same have the same scores.
/// </summary>
public sealed class SalesOfProducts
{
    /// <summary>A piece that is sold says as much as fifty views.</summary>
    private static readonly double OfView = Math.Log2(1 / 50.0);

    /// <summary>How long a weight takes to halve.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromDays(7);

    private static readonly DateTimeOffset Reference = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private volatile IReadOnlyDictionary<Guid, double> sold = new Dictionary<Guid, double>();
    private volatile IReadOnlyDictionary<Guid, double> viewed = new Dictionary<Guid, double>();

    /// <summary>The weight of the pieces sold, by the ids of the products. Those that did not sell are missing.</summary>
    public IReadOnlyDictionary<Guid, double> Sold
    {
        get => sold;
        set => sold = value;
    }

    /// <summary>The weight of the views, by the ids of the products. Those that nobody looked at are missing.</summary>
    public IReadOnlyDictionary<Guid, double> Viewed
    {
        get => viewed;
        set => viewed = value;
    }

    /// <summary>The logarithm of the weight of one piece, or one view, at this time.</summary>
    public static double WeeksUntil(DateTimeOffset at) => (at - Reference) / HalfLife;

    /// <summary>
    /// The logarithm of the sum of two weights, from their logarithms: the weights themselves would grow beyond all bounds with the years.
    /// </summary>
    public static double Sum(double one, double other) => Math.Max(one, other) + Math.Log2(1 + Math.Pow(2, -Math.Abs(one - other)));

    /// <summary>The score of a product by its sales alone; 0 when it did not sell.</summary>
    public static int OfSales(IReadOnlyDictionary<Guid, double> sold, Guid id) => sold.TryGetValue(id, out var weight) ? Score(weight) : 0;

    /// <summary>The score of a product by its sales and views; 0 when it has neither.</summary>
    public static int OfBoth(IReadOnlyDictionary<Guid, double> sold, IReadOnlyDictionary<Guid, double> viewed, Guid id) =>
        !viewed.TryGetValue(id, out var views) ? OfSales(sold, id)
        : Score(sold.TryGetValue(id, out var sales) ? Sum(sales, views + OfView) : views + OfView);

    private static int Score(double weight) => Math.Max(1, (int)Math.Round(10_000 * weight));
}
