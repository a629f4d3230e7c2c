using Aarya.Features.Commerce.Inventory;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>Puts a product into the catalogue, and on sale unless it is to be a draft. A category that is new is opened with it.</summary>
/// <param name="Slug">Its name in addresses; made of the name when absent, with a number where another product has that already.</param>
public sealed record CreateProduct(
    string Name, string Description, string Category, IReadOnlyList<NewVariant> Variants, string? Slug = null, IReadOnlyList<string>? Images = null, bool Publish = true)
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
            session, Guid.Empty, command.Slug, command.Name, Texts.Spelt(command.Category), skus, cancellation);
        return (place, taken ?? WolverineContinue.NoProblems);
    }

    [Refuses(409, "product.slug_taken", "Another product has this slug: give one of its own.")]
    [Refuses(409, "product.sku_taken", "Another product has one of the SKUs; `detail` says which.")]
    [WolverinePost("/api/admin/products")]
    [ProducesResponseType<ProductView>(StatusCodes.Status201Created)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    public static (IResult, IMartenOp, IMartenOp, IMartenOp, AnnounceChanges) Post(
        CreateProduct command, [NotBody] Placement place, DateTimeOffset now)
    {
        var product = new Product
        {
            Id = Guid.CreateVersion7(now),
            Slug = place.Slug,
            Name = Texts.Spelt(command.Name),
            Description = Texts.Spelt(command.Description),
            Category = place.Shelf.Id,
            Published = command.Publish,
            PublishedAt = now,
            Stage = command.Publish ? ProductStatus.Published : ProductStatus.Draft,
        };
        product.Dress(command.Variants.Select(x => x.ToVariant()), command.Images ?? []);
        var stock = command.Variants.ToDictionary(x => x.Sku, x => x.Stock);
        return (
            Results.Created($"/api/products/{product.Slug}", ProductView.Of(product, x => stock[x])),
            place.OpensShelf ? MartenOps.Store(place.Shelf) : MartenOps.Nothing(),
            new StoreProduct(product),
            new OpenShelves([.. command.Variants.Select(x => new StockLine(x.Sku, x.Stock))]),
            new());
    }
}
