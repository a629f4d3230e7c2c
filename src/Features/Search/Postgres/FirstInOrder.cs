using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>Finds the products of one page among many that come in any order.</summary>
internal sealed class FirstInOrder(SearchQuery query)
{
    private readonly int direction = query.Sort == SearchSort.PriceAsc ? 1 : -1;
    private readonly (long Key, Guid Id)? after = query.After is { } cursor ? (cursor.Key, cursor.Id) : null;
    private readonly List<(long Key, Guid Id, int Product)> page = new(query.Limit + 2);

    /// <param name="key">Where the product is in the order.</param>
    /// <param name="id">Decides between equal keys.</param>
    /// <param name="product">The number that <see cref="Page"/> returns.</param>
    public void Take(long key, in Guid id, int product)
    {
        if (after is { } before && Compare(key, id, before.Key, before.Id) <= 0) return;
        // One more than the page shows, to know whether another page follows.
        var at = page.Count;
        if (at > query.Limit)
        {
            if (Compare(key, id, page[^1].Key, page[^1].Id) >= 0) return;
            page.RemoveAt(--at);
        }

        while (at > 0 && Compare(key, id, page[at - 1].Key, page[at - 1].Id) < 0) at--;
        page.Insert(at, (key, id, product));
    }

    /// <summary>The products after the cursor, in order, and one more if another page follows.</summary>
    public IReadOnlyList<int> Page() => page.ConvertAll(x => x.Product);

    private int Compare(long key, in Guid id, long otherKey, in Guid otherId) =>
        direction * (key != otherKey ? key.CompareTo(otherKey) : id.CompareTo(otherId));
}
