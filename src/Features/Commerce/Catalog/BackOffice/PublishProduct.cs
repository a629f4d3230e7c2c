using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

public sealed record PublicationView(Guid Id, string Slug, bool Published, DateTimeOffset PublishedAt, ProductStatus Status)
{
    internal static PublicationView Of(Product product) =>
        new(product.Id, product.Slug, product.Published, product.PublishedAt, product.Status);
}

/// <summary>Puts a product on sale, or takes it off sale. Carts and orders keep what they have. Repeating it changes nothing.</summary>
[Authorize("merchandiser")]
public static class PublishProductEndpoint
{
    public static async Task<(Product?, ProblemDetails)> LoadAsync(Guid id, IDocumentSession session, CancellationToken cancellation)
    {
        await session.AloneInCatalogueAsync(cancellation);
        var product = await session.LoadAsync<Product>(id, cancellation);
        return (product, product switch
        {
            null => Problem.NotFound("product"),
            { Status: ProductStatus.Archived } => ArchivedProduct.Refusal(),
            _ => WolverineContinue.NoProblems,
        });
    }

    [Refuses(409, "product.archived", "The product is archived: unarchive it first.")]
    [WolverinePost("/api/admin/products/{id:guid}/publish")]
    public static (PublicationView, IMartenOp, AnnounceChanges, StaffActedNotice?) Publish(
        [NotBody] Product product, Caller caller, DateTimeOffset now)
    {
        var changed = product.Status != ProductStatus.Published
            && product.Change(x => (x.Published, x.PublishedAt, x.Stage) = (true, now, ProductStatus.Published), now);
        return (
            PublicationView.Of(product), changed ? new StoreProduct(product) : MartenOps.Nothing(), new(),
            changed ? StaffActedNotice.Of(caller, StaffActions.ProductPublished, "product", $"{product.Id:D}", now) : null);
    }

    [Refuses(409, "product.archived", "The product is archived: unarchive it first.")]
    [WolverinePost("/api/admin/products/{id:guid}/withdraw")]
    public static (PublicationView, IMartenOp, AnnounceChanges, StaffActedNotice?) Withdraw(
        [NotBody] Product product, Caller caller, DateTimeOffset now)
    {
        var changed = product.Published && product.Change(x => (x.Published, x.Stage) = (false, ProductStatus.Withdrawn), now);
        return (
            PublicationView.Of(product), changed ? new StoreProduct(product) : MartenOps.Nothing(), new(),
            changed ? StaffActedNotice.Of(caller, StaffActions.ProductWithdrawn, "product", $"{product.Id:D}", now) : null);
    }
}
