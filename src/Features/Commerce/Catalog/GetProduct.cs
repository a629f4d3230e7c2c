using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>A product by its id or slug, with the available quantity of each variant (up to about a second old).</summary>
public static class GetProductEndpoint
{
    [WolverineGet("/api/products/{idOrSlug}")]
    [ProducesResponseType<ProductView>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    public static async Task<IResult> Get(string idOrSlug, ProductAnswers answers) =>
        await answers.FindAsync(idOrSlug) is { } answer ? answer : Results.Problem(Problem.NotFound("product"));
}
