using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>
/// Unarchives a product, without stock: a former draft is a draft again, any other product is withdrawn. If another product has its slug
/// now, the slug gets a number. Unarchiving it again changes nothing.
/// </summary>
[Authorize("merchandiser")]
public static class UnarchiveProductEndpoint
{
    public static async Task<(Product?, Placement?, ProblemDetails)> LoadAsync(
        Guid id, IDocumentSession session, CancellationToken cancellation)
    {
        await session.AloneInCatalogueAsync(cancellation);
        var product = await session.LoadAsync<Product>(id, cancellation);
        if (product is null) return (null, null, Problem.NotFound("product"));
        var archived = product.Status == ProductStatus.Archived;
        string[] skus = archived ? [.. product.Variants.Select(x => x.Sku)] : [];
        var (place, taken) = await Placement.FindAsync(
            session, id, archived ? null : product.Slug, product.FormerSlugs is [.., var last] ? last : product.Name, product.Category,
            skus, archived ? product.Variants.DistinctBy(x => Variant.GtinOf(x.Barcode)).Select(x => x.Barcode) : [], [], cancellation);
        return (product, place, taken ?? WolverineContinue.NoProblems);
    }

    [Refuses(409, "product.sku_taken", "Another product now has one of the SKUs; `detail` names the SKU.")]
    [Refuses(409, "product.barcode_taken", "Another product now has one of the barcodes; `detail` names its SKU.")]
    [WolverinePost("/api/admin/products/{id:guid}/unarchive")]
    public static (PublicationView, IMartenOp, IMartenOp, AnnounceChanges?, StaffActedNotice?) Post(
        [NotBody] Product product, [NotBody] Placement place, Caller caller, DateTimeOffset now)
    {
        var changed = product.Status == ProductStatus.Archived && product.Change(x => Return(x, place), now);
        return (
            PublicationView.Of(product),
            changed ? new StoreProduct(product) : MartenOps.Nothing(),
            changed ? new OpenStock([.. product.Variants.Select(x => new StockLine(x.Sku, 0))]) : MartenOps.Nothing(),
            changed ? new AnnounceChanges() : null,
            changed ? StaffActedNotice.Of(caller, StaffActions.ProductUnarchived, "product", $"{product.Id:D}", now) : null);
    }

    private static void Return(Product product, Placement place)
    {
        product.Move(place.Slug);
        product.Stage = product.ArchivedFrom == ProductStatus.Draft ? ProductStatus.Draft : ProductStatus.Withdrawn;
    }
}
