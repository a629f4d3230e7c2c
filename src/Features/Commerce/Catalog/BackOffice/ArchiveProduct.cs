using Aarya.Features.Commerce.Inventory;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>The refusal of a change to an archived product.</summary>
internal static class Ended
{
    public static ProblemDetails Refusal() =>
        Problem.Conflict("product.archived", "The product is archived", "Unarchive it first.");
}

/// <summary>
/// Archives a product: it is withdrawn, leaves the default list of staff, and frees its slug and its SKUs. Its remaining stock is written
/// off. A SKU that was ever sold stays the product's, because a cancelled order returns its goods under it. Archiving it again changes
/// nothing.
/// </summary>
[Authorize("merchandiser")]
public static class ArchiveProductEndpoint
{
    // Behind the slug, so that it is free and this one still unlike any other.
    private const int MarkLength = 12;

    public static async Task<(Product?, ProblemDetails)> LoadAsync(Guid id, IDocumentSession session, CancellationToken cancellation)
    {
        await session.AloneInCatalogueAsync(cancellation);
        var product = await session.LoadAsync<Product>(id, cancellation);
        if (product is null) return (null, Problem.NotFound("product"));
        var shelves = await Stock.FindLockedAsync(session, [.. product.Variants.Select(x => x.Sku)], cancellation);
        string[] promised = [.. shelves.Values.Where(x => x.Reserved > 0).Select(x => x.Sku).Order(StringComparer.Ordinal)];
        if (product.Status == ProductStatus.Archived || promised.Length == 0) return (product, WolverineContinue.NoProblems);
        var refused = Problem.Conflict("product.reserved", "Stock is reserved",
            $"Unpaid orders have reserved {string.Join(", ", promised)}: try again when they are paid or cancelled.");
        refused.Extensions["skus"] = promised;
        return (null, refused);
    }

    [Refuses(409, "product.reserved",
        "Unpaid orders have reserved stock; `skus` lists the SKUs. Withdraw the product, and archive it when they are paid or cancelled.")]
    [WolverinePost("/api/admin/products/{id:guid}/archive")]
    public static (PublicationView, IMartenOp, IMartenOp, AnnounceChanges?) Post([NotBody] Product product, DateTimeOffset now)
    {
        var changed = product.Status != ProductStatus.Archived && product.Change(End, now);
        return (
            PublicationView.Of(product),
            changed ? new StoreProduct(product) : MartenOps.Nothing(),
            changed ? new CloseShelves(product.Id, [.. product.Variants.Select(x => x.Sku)], "archived") : MartenOps.Nothing(),
            changed ? new AnnounceChanges() : null);
    }

    private static void End(Product product)
    {
        product.ArchivedFrom = product.Status;
        product.Move($"{Slug.Cut(product.Slug, Slug.Longest - MarkLength - 1)}-{product.Id.ToString("N")[^MarkLength..]}");
        (product.Published, product.Stage) = (false, ProductStatus.Archived);
    }
}

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
            skus, cancellation);
        return (product, place, taken ?? WolverineContinue.NoProblems);
    }

    [Refuses(409, "product.sku_taken", "Another product has one of the SKUs by now; `detail` says which.")]
    [WolverinePost("/api/admin/products/{id:guid}/unarchive")]
    public static (PublicationView, IMartenOp, IMartenOp, AnnounceChanges?) Post(
        [NotBody] Product product, [NotBody] Placement place, DateTimeOffset now)
    {
        var changed = product.Status == ProductStatus.Archived && product.Change(x => Return(x, place), now);
        return (
            PublicationView.Of(product),
            changed ? new StoreProduct(product) : MartenOps.Nothing(),
            changed ? new OpenShelves([.. product.Variants.Select(x => new StockLine(x.Sku, 0))]) : MartenOps.Nothing(),
            changed ? new AnnounceChanges() : null);
    }

    private static void Return(Product product, Placement place)
    {
        product.Move(place.Slug);
        product.Stage = product.ArchivedFrom == ProductStatus.Draft ? ProductStatus.Draft : ProductStatus.Withdrawn;
    }
}
