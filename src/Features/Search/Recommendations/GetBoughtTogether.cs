using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Recommendations;

/// <summary>What shoppers buy with this product more often than by chance.</summary>
public static class GetBoughtTogetherEndpoint
{
    public static ProblemDetails Validate(int? limit) => GetRecommendationsEndpoint.Validate(limit);

    [WolverineGet("/api/products/{id}/bought-together")]
    [ProducesResponseType<RecommendedProducts>(StatusCodes.Status200OK)]
    public static async Task<IResult> Get(string id, int? limit, HttpContext http, Recommender recommender) =>
        await recommender.BoughtTogetherAsync(id, http.FindCaller()?.Subject, limit ?? 8, http.RequestAborted) is { } companions
            ? Results.Ok(new RecommendedProducts(companions))
            : Results.Problem(Problem.NotFound("product"));
}
