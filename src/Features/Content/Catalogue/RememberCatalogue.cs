using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Workers;
using Marten;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Content.Catalogue;

/// <summary>
/// Reads the whole catalogue from commerce, once per day: content has no event of a product that was published before it read these
/// events, and none that its restored database has missed.
/// </summary>
public sealed class RememberCatalogue(
    IContentStore store, Protos.Commerce.Commerce.CommerceClient commerce, TimeProvider time, ILogger<RememberCatalogue> log)
    : DailyWorker(time, log)
{
    private const int PageSize = 200;

    // Soon, because reports have no names before.
    protected override TimeSpan FirstRoundAfter => TimeSpan.FromMinutes(1);

    protected override Task WorkAsync(CancellationToken stopping) => RunAsync(stopping);

    /// <summary>Reads all pages of the catalogue.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var cursor = "";
        do
        {
            var page = await commerce.ListProductsAsync(new() { Cursor = cursor, Limit = PageSize }, cancellationToken: cancellation);
            await using var session = store.LightweightSession();
            KnownProduct.Remember(
                session,
                [
                    .. page.Items.Select(x =>
                        new KnownProduct(Guid.Parse(x.Id), x.Version, x.Name, x.Category, [.. x.Variants.Select(y => y.Sku)])),
                ]);
            await session.SaveChangesAsync(cancellation);
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);
    }
}
