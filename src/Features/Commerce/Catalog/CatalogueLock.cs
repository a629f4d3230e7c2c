using Marten;
using Npgsql;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>
/// Serialises changes of products: each sees what the previous one has committed, so that slugs, SKUs and categories are given out once and
/// a change made from an old state is detected before it is stored. Shoppers never wait here.
/// </summary>
internal static class CatalogueLock
{
    /// <summary>Waits for the lock and holds it until the session's transaction ends.</summary>
    public static async Task AloneInCatalogueAsync(this IDocumentSession session, CancellationToken cancellation)
    {
        await session.BeginTransactionAsync(cancellation);
        await using var alone = new NpgsqlCommand("select pg_advisory_xact_lock(7465113)", session.Connection);
        await alone.ExecuteNonQueryAsync(cancellation);
    }
}
