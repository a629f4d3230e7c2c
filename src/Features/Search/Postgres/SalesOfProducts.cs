namespace Aarya.Features.Search.Postgres;

/// <summary>
/// How well each product sells, as it was last read: a number in the order of the pieces sold, of which each counts half as much for each
/// week since. It does not change while nothing is bought, and is the same in all processes.
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
