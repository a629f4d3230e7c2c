using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Workers;
using Marten;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Content.Catalogue;

/// <summary>
/// Asks commerce for the whole catalogue, once per day: it has products that were published before this context read their events, or
/// while its database was behind.
/// </summary>
public sealed class RememberCatalogue(
    IContentStore store, Protos.Commerce.Commerce.CommerceClient commerce, TimeProvider time, ILogger<RememberCatalogue> log)
    : DailyWorker(time, log)
{
    private const int PageSize = 200;

    protected override Task WorkAsync(CancellationToken stopping) => RunAsync(stopping);

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
