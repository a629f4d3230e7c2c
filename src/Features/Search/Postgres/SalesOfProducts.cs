namespace Aarya.Features.Search.Postgres;

/// <summary>
/// A score per product: 10,000 times the base-2 logarithm of the pieces sold, where the weight of a piece halves per week. Weights are
/// relative to a fixed date: time alone does not change a score while its purchases are read, and processes that have read the same
/// purchases have the same scores.
/// </summary>
public sealed class SalesOfProducts
{
    private volatile IReadOnlyDictionary<Guid, int> now = new Dictionary<Guid, int>();

    /// <summary>By the ids of the products; above 0. Those that did not sell are missing.</summary>
    public IReadOnlyDictionary<Guid, int> Now
    {
        get => now;
        set => now = value;
    }
}
