using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Taxation;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>Adds a product to the catalogue, on sale unless <c>publish</c> is false. A new category is created with it.</summary>
/// <param name="Slug">Its name in URLs; derived from the name when absent, with a number if another product has that slug.</param>
/// <param name="HsnCode">
/// HSN code of the customs tariff, 2, 4, 6 or 8 digits, which determines the tax; 62 (clothing, not knitted) when absent.
/// </param>
/// <param name="Materials">What it is made of, such as Silk and Cotton; shoppers filter by it.</param>
public sealed record CreateProduct(
    string Name, string Description, string Category, IReadOnlyList<NewVariant> Variants, string? Slug = null,
    IReadOnlyList<string>? Images = null, bool Publish = true, string? HsnCode = null, IReadOnlyList<string>? Materials = null)
    : IProductEntry
{
    public sealed class Validator : ProductEntryRules<CreateProduct>;
}

[Authorize("merchandiser")]
public static class CreateProductEndpoint
{
    public static async Task<(Placement?, ProblemDetails)> LoadAsync(
        CreateProduct command, IDocumentSession session, CancellationToken cancellation)
    {
        await session.AloneInCatalogueAsync(cancellation);
        string[] skus = [.. command.Variants.Select(x => x.Sku)];
        var (place, taken) = await Placement.FindAsync(
            session, Guid.Empty, command.Slug, command.Name, PersonText.Compose(command.Category), skus,
            command.Variants.Select(x => x.Barcode), [], cancellation);
        return (place, taken ?? WolverineContinue.NoProblems);
    }

    [Refuses(409, "product.slug_taken", "Another product has this slug: choose another one.")]
    [Refuses(409, "product.sku_taken", "Another product has one of the SKUs; `detail` names the SKU.")]
    [Refuses(409, "product.barcode_taken", "Another product has one of the barcodes; `detail` names its SKU.")]
    [Refuses(409, "category.ambiguous", "Several categories have this name: send the slug of one of them, which `slugs` lists.")]
    [WolverinePost("/api/admin/products")]
    [ProducesResponseType<ProductView>(StatusCodes.Status201Created)]
    public static (IResult, IMartenOp, IMartenOp, IMartenOp, AnnounceChanges, StaffActedNotice) Post(
        CreateProduct command, [NotBody] Placement place, Caller caller, DateTimeOffset now)
    {
        var product = new Product
        {
            Id = Guid.CreateVersion7(now),
            Slug = place.Slug,
            Name = PersonText.Compose(command.Name),
            Description = PersonText.Compose(command.Description),
            Category = place.Category.Id,
            Materials = [.. (command.Materials ?? []).Select(PersonText.Compose)],
            HsnCode = command.HsnCode ?? GoodsAndServicesTax.UsualCode,
            Published = command.Publish,
            PublishedAt = now,
            Stage = command.Publish ? ProductStatus.Published : ProductStatus.Draft,
        };
        product.Dress(command.Variants.Select(x => x.ToVariant([])), command.Images ?? []);
        var stock = command.Variants.ToDictionary(x => x.Sku, x => x.Stock);
        return (
            Results.Created($"/api/products/{product.Slug}", ProductView.Of(product, x => stock[x])),
            place.IsNewCategory ? MartenOps.Store(place.Category) : MartenOps.Nothing(),
            new StoreProduct(product),
            new OpenStock([.. command.Variants.Select(x => new StockLine(x.Sku, x.Stock))]),
            new(),
            StaffActedNotice.Of(caller, StaffActions.ProductCreated, "product", $"{product.Id:D}", now));
    }
}
