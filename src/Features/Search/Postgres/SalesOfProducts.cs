namespace Aarya.Features.Search.Postgres;

/// <summary>How many pieces of each product sold, as it was last read: a piece counts half as much for each week since.</summary>
public sealed class SalesOfProducts
{
    private volatile IReadOnlyDictionary<Guid, double> pieces = new Dictionary<Guid, double>();

    /// <summary>By the ids of the products; those that did not sell are missing.</summary>
    public IReadOnlyDictionary<Guid, double> Pieces
    {
        get => pieces;
        set => pieces = value;
    }
}
