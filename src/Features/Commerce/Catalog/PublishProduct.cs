using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Catalog;

public sealed record PublicationView(Guid Id, string Slug, bool Published, DateTimeOffset PublishedAt);

/// <summary>Puts a product on sale, or takes it off: carts and orders keep what they have. Doing it again changes nothing.</summary>
[Authorize("merchandiser")]
public static class PublishProductEndpoint
{
    public static ProblemDetails Validate(Product? product) => product is null ? Problem.NotFound("product") : WolverineContinue.NoProblems;

    [WolverinePost("/api/admin/products/{id:guid}/publish")]
    public static (PublicationView, IMartenOp, AnnounceChanges) Publish(Guid id, [Entity(nameof(id), Required = false)] Product? product, DateTimeOffset now)
    {
        var already = product!.Published;
        if (!already) (product.Published, product.PublishedAt) = (true, now);
        return (View(product), already ? MartenOps.Nothing() : new StoreProduct(product), new());
    }

    [WolverinePost("/api/admin/products/{id:guid}/withdraw")]
    public static (PublicationView, IMartenOp, AnnounceChanges) Withdraw(Guid id, [Entity(nameof(id), Required = false)] Product? product)
    {
        var already = !product!.Published;
        product.Published = false;
        return (View(product), already ? MartenOps.Nothing() : new StoreProduct(product), new());
    }

    private static PublicationView View(Product product) => new(product.Id, product.Slug, product.Published, product.PublishedAt);
}
