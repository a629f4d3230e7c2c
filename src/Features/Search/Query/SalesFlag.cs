using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Search.Query;

/// <summary>
/// The flag <c>search.sales</c>: while it is on for the caller, products that match a text equally well are in the order of their sales.
/// </summary>
public sealed class SalesFlag(IFlags flags, TimeProvider time)
{
    // Another context stores the flags: a search does not wait for it longer than for anything else.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Also false when the order is not relevance, and when the flag is not known within 50 ms. The pages of a search keep the order of the
    /// first.
    /// </summary>
    /// <param name="caller">Null for one without a token.</param>
    public async ValueTask<bool> IsOnAsync(SearchQuery query, Caller? caller, CancellationToken cancellation)
    {
        if (query.Sort != SearchSort.Relevance) return false;
        if (query.After is { } cursor) return cursor.RanksBySales;
        var asked = flags.IsOnAsync("search.sales", caller, cancellation);
        if (asked.IsCompleted) return await asked;
        try
        {
            return await asked.AsTask().WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
