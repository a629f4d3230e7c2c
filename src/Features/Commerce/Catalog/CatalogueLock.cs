using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>
/// Serialises changes of products: each sees what the previous one has committed, so that slugs, SKUs and categories are given out once and
/// a change made from an old state is detected before it is stored. Shoppers never wait here.
/// </summary>
internal static class CatalogueLock
{
    /// <summary>Waits for the lock and holds it until the session's transaction ends.</summary>
    public static Task AloneInCatalogueAsync(this IDocumentSession session, CancellationToken cancellation) =>
        session.LockAsync("catalogue", cancellation);
}
