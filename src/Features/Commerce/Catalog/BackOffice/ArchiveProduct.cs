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
/// Archives a product: it is withdrawn, leaves the default list of staff, and frees its slug and its SKUs. Its remaining stock is written
/// off. A SKU that was ever sold stays the product's, because a cancelled order returns its goods under it. Archiving it again changes
/// nothing.
/// </summary>
[Authorize("merchandiser")]
public static class ArchiveProductEndpoint
{
    // A mark is appended to the slug, so that the slug is free and this product's slug stays unique.
    private const int MarkLength = 12;

    public static async Task<(Product?, ProblemDetails)> LoadAsync(Guid id, IDocumentSession session, CancellationToken cancellation)
    {
        await session.AloneInCatalogueAsync(cancellation);
        var product = await session.LoadAsync<Product>(id, cancellation);
        if (product is null) return (null, Problem.NotFound("product"));
        var levels = await Stock.FindLockedAsync(session, [.. product.Variants.Select(x => x.Sku)], cancellation);
        string[] promised = [.. levels.Values.Where(x => x.Reserved > 0).Select(x => x.Sku).Order(StringComparer.Ordinal)];
        if (product.Status == ProductStatus.Archived || promised.Length == 0) return (product, WolverineContinue.NoProblems);
        var refused = Problem.Conflict("product.reserved", "Stock is reserved",
            $"Unpaid orders have reserved {string.Join(", ", promised)}: try again when they are paid or cancelled.");
        refused.Extensions["skus"] = promised;
        return (null, refused);
    }

    [Refuses(409, "product.reserved",
        "Unpaid orders have reserved stock; `skus` lists the SKUs. Withdraw the product, and archive it when they are paid or cancelled.")]
    [WolverinePost("/api/admin/products/{id:guid}/archive")]
    public static (PublicationView, IMartenOp, IMartenOp, AnnounceChanges?, StaffActedNotice?) Post(
        [NotBody] Product product, Caller caller, DateTimeOffset now)
    {
        var changed = product.Status != ProductStatus.Archived && product.Change(End, now);
        return (
            PublicationView.Of(product),
            changed ? new StoreProduct(product) : MartenOps.Nothing(),
            changed ? new CloseStock(product.Id, [.. product.Variants.Select(x => x.Sku)], "archived") : MartenOps.Nothing(),
            changed ? new AnnounceChanges() : null,
            changed ? StaffActedNotice.Of(caller, StaffActions.ProductArchived, "product", $"{product.Id:D}", now) : null);
    }

    private static void End(Product product)
    {
        product.ArchivedFrom = product.Status;
        product.Move($"{Slug.Cut(product.Slug, Slug.Longest - MarkLength - 1)}-{product.Id.ToString("N")[^MarkLength..]}");
        (product.Published, product.Stage) = (false, ProductStatus.Archived);
    }
}
