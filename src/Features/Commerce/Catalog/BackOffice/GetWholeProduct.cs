using Aarya.Features.Commerce.Inventory;
using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>
/// One product with all details for staff, whether shoppers see it or not. To change it, send its <c>ETag</c> in <c>If-Match</c>.
/// </summary>
[Authorize("support or merchandiser")]
public static class GetWholeProductEndpoint
{
    public static ProblemDetails Validate(Product? product) => product is null ? Problem.NotFound("product") : WolverineContinue.NoProblems;

    [WolverineGet("/api/admin/products/{id:guid}")]
    public static async Task<WholeProductView> Get(
        Guid id, [Entity(nameof(id), Required = false)] Product? product, IQuerySession session, HttpContext http,
        CancellationToken cancellation)
    {
        http.Response.Headers.ETag = ProductTag.Of(product!);
        return WholeProductView.Of(product!, await Stock.FindAsync(session, product!.Variants.Select(x => x.Sku), cancellation));
    }
}
