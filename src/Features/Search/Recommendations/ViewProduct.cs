using Aarya.Features.Search.Popular;
using Aarya.Features.Search.Postgres;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Recommendations;

/// <summary>
/// The shopper has looked at a product: what is like it is recommended to them, and it counts a little for the order of searches. A
/// storefront sends it for an account or a guest when it has shown the page. The last ten products are remembered, for 30 days.
/// </summary>
public static class ViewProductEndpoint
{
    [RateLimit("views"), AnswerIsNeverStored]
    [WolverinePost("/api/products/{id}/views")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static async Task<IResult> Post(
        string id, Caller caller, HttpContext http, Shelf shelf, Views views, ViewCounts counts, CancellationToken cancellation)
    {
        if ((await shelf.ViewAsync(cancellation)).Now.Find(id) is not { } product) return Results.Problem(Problem.NotFound("product"));
        counts.Count(product.Id, http.Connection.RemoteIpAddress);
        await views.AddAsync(caller.Subject, product.Id);
        return Results.NoContent();
    }
}
