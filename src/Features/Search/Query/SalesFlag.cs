using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Search.Query;

/// <summary>
/// The flag <c>search.sales</c>: while it is on for the caller, products that match a text equally well are in the order of their sales and
/// views.
/// </summary>
public sealed class SalesFlag(IFlags flags, TimeProvider time)
{
    // Core Platform stores the flags: a search must stay fast while Core Platform is slow.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Whether this page of the search counts sales. The first page asks the flag; later pages do as the first did. False when the order is
    /// not relevance, and when the flags do not answer within 50 ms.
    /// </summary>
    /// <param name="caller">The caller that the token names; null when the request has no token.</param>
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
