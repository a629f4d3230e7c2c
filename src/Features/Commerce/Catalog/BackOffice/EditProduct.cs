using System.Globalization;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>
/// Replaces everything that staff edit on a product: texts, category, variants with their prices, and images. Carts, search and open pages
/// follow within two seconds; orders keep what they were placed with. Change stock by adjustments, and availability by publish and
/// withdraw.
/// </summary>
/// <param name="Variants">All variants: one that is left out is removed, a new one starts with its <c>stock</c>.</param>
/// <param name="Slug">Unchanged when absent. Another product may take the former slug; until then it is not found.</param>
/// <param name="Images">URLs, the main image first; without any, the shop draws them.</param>
/// <param name="HsnCode">HSN code of the customs tariff, which determines the tax; unchanged when absent.</param>
/// <param name="Materials">What it is made of; unchanged when absent.</param>
public sealed record EditProduct(
    string Name, string Description, string Category, IReadOnlyList<NewVariant> Variants,
    string? Slug = null, IReadOnlyList<string>? Images = null, string? HsnCode = null, IReadOnlyList<string>? Materials = null)
    : IProductEntry
{
    public sealed class Validator : ProductEntryRules<EditProduct>;
}

/// <summary>A product under the catalogue lock, and the effects of the change.</summary>
/// <param name="Added">SKUs that are new to it.</param>
/// <param name="Removed">SKUs that it loses; they have no stock.</param>
public sealed record ProductInHand(
    Product Product, Placement Place, IReadOnlyDictionary<string, StockLevel> Stock, IReadOnlyList<StockLine> Added,
    IReadOnlyList<string> Removed);

[Authorize("merchandiser")]
public static class EditProductEndpoint
{
    public static async Task<(ProductInHand?, ProblemDetails)> LoadAsync(
        Guid id, EditProduct command, HttpContext http, IDocumentSession session, CancellationToken cancellation)
    {
        await session.AloneInCatalogueAsync(cancellation);
        var product = await session.LoadAsync<Product>(id, cancellation);
        if (product is null) return (null, Problem.NotFound("product"));
        if (ProductTag.Check(http, product) is { } stale) return (null, stale);
        if (product.Status == ProductStatus.Archived) return (null, ArchivedProduct.Refusal());

        var has = product.Variants.Select(x => x.Sku).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < command.Variants.Count; i++)
        {
            if (command.Variants[i].Stock > 0 && has.Contains(command.Variants[i].Sku))
            {
                return (null, Problem.Invalid(
                    string.Create(CultureInfo.InvariantCulture, $"variants[{i}].stock"),
                    "must be 0 for an existing SKU: use a stock adjustment instead."));
            }
        }

        StockLine[] added = [.. command.Variants.Where(x => !has.Contains(x.Sku)).Select(x => new StockLine(x.Sku, x.Stock))];
        var (place, taken) = await Placement.FindAsync(
            session, id, command.Slug ?? product.Slug, command.Name, PersonText.Compose(command.Category), [.. added.Select(x => x.Sku)],
            command.Variants.Select(x => x.ToVariant(product.Variants).Barcode), product.Variants.Select(x => x.Barcode), cancellation);
        if (place is null) return (null, taken!);

        string[] removed = [.. has.Except(command.Variants.Select(x => x.Sku))];
        var cleared = removed.Length > 0
            ? await Stock.FindLockedAsync(session, removed, cancellation)
            : new Dictionary<string, StockLevel>();
        string[] full = [.. cleared.Values.Where(x => x.OnHand > 0).Select(x => x.Sku).Order(StringComparer.Ordinal)];
        if (full.Length > 0) return (null, InUse(full));
        return (new(product, place, await Stock.FindAsync(session, has, cancellation), added, removed), WolverineContinue.NoProblems);
    }

    [Refuses(409, "product.changed_meanwhile",
        "The product has changed since it was read. `changed` lists what changed, `etag` is its current tag: read it again.")]
    [Refuses(409, "product.archived", "The product is archived: unarchive it first.")]
    [Refuses(409, "product.slug_taken", "Another product has this slug: choose another one.")]
    [Refuses(409, "product.sku_taken", "Another product has one of the SKUs; `detail` names the SKU.")]
    [Refuses(409, "product.barcode_taken", "Another product has one of the barcodes; `detail` names its SKU.")]
    [Refuses(409, "category.ambiguous", "Several categories have this name: send the slug of one of them, which `slugs` lists.")]
    [Refuses(409, "variant.in_use",
        "A variant that was left out still has stock; `skus` lists the SKUs. Adjust their stock to 0 first.")]
    [Refuses(428, "request.precondition_required",
        "`If-Match` is missing: send the `ETag` of the product as it was read.")]
    [WolverinePut("/api/admin/products/{id:guid}")]
    public static (WholeProductView, IMartenOp, IMartenOp, IMartenOp, IMartenOp, AnnounceChanges?, StaffActedNotice?) Put(
        EditProduct command, [NotBody] ProductInHand hand, Caller caller, HttpContext http, DateTimeOffset now)
    {
        var (product, place, stock, added, removed) = hand;
        var before = product.Variants;
        var changed = product.Change(x => Apply(command, place, x), now);
        http.Response.Headers.ETag = ProductTag.Of(product);
        var levels = stock.Values.Concat(added.Select(x => new StockLevel(x.Sku, x.Quantity, 0, 1))).ToDictionary(x => x.Sku);
        return (
            WholeProductView.Of(product, levels),
            changed && place.IsNewCategory ? MartenOps.Store(place.Category) : MartenOps.Nothing(),
            changed ? new StoreProduct(product) : MartenOps.Nothing(),
            added.Count > 0 ? new OpenStock(added) : MartenOps.Nothing(),
            removed.Count > 0 ? new CloseStock(product.Id, removed, "removed") : MartenOps.Nothing(),
            changed ? new AnnounceChanges() : null,
            changed
                ? StaffActedNotice.Of(
                    caller, StaffActions.ProductEdited, "product", $"{product.Id:D}", now,
                    ("prices", PricesChanged(before, product.Variants)))
                : null);
    }

    // The prices of at most 20 variants, such as "TEE-S 129900 > 119900", in minor units.
    private static string PricesChanged(IReadOnlyList<Variant> before, IReadOnlyList<Variant> after) => string.Join(", ", after
        .Select(x => (x.Sku, New: x.Price, Old: before.FirstOrDefault(y => y.Sku == x.Sku)?.Price))
        .Where(x => x.Old is { } old && old != x.New)
        .Take(20)
        .Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Sku} {x.Old!.Value.Minor} > {x.New.Minor}")));

    private static void Apply(EditProduct command, Placement place, Product product)
    {
        // A variant without its own image was shown with the product's first image and is sent back with it: it gets the new first image.
        var first = product.Images is [var shown, ..] ? shown : null;
        product.Name = PersonText.Compose(command.Name);
        product.Description = PersonText.Compose(command.Description);
        product.Category = place.Category.Id;
        product.Materials = command.Materials is { } materials ? [.. materials.Select(PersonText.Compose)] : product.Materials;
        product.HsnCode = command.HsnCode ?? product.HsnCode;
        product.Move(place.Slug);
        var variants = command.Variants.Select(x => x.ToVariant(product.Variants))
            .Select(x => x.Image == first ? x with { Image = "" } : x);
        product.Dress(variants, command.Images ?? []);
    }

    private static ProblemDetails InUse(string[] skus)
    {
        var problem = Problem.Conflict("variant.in_use", "The variant has stock",
            $"There is stock of {string.Join(", ", skus)}: adjust it to 0 first.");
        problem.Extensions["skus"] = skus;
        return problem;
    }
}
