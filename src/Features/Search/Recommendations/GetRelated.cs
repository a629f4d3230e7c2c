using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Recommendations;

/// <summary>Products like this one.</summary>
public static class GetRelatedEndpoint
{
    public static ProblemDetails Validate(int? limit) => GetRecommendationsEndpoint.Validate(limit);

    [WolverineGet("/api/products/{id}/related")]
    [ProducesResponseType<RecommendedProducts>(StatusCodes.Status200OK)]
    public static async Task<IResult> Get(string id, int? limit, HttpContext http, Recommender recommender) =>
        await recommender.RelatedAsync(id, http.FindCaller()?.Subject, limit ?? 8, http.RequestAborted) is { } related
            ? Results.Ok(new RecommendedProducts(related))
            : Results.Problem(Problem.NotFound("product"));
}
