using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Recommendations;

public sealed record RecommendedProducts(IReadOnlyList<Query.ProductHit> Items);

/// <summary>What the caller may like; without a token, what sells and what is new.</summary>
public static class GetRecommendationsEndpoint
{
    internal const int Most = 50;

    public static ProblemDetails Validate(int? limit) =>
        limit is < 1 or > Most ? Problem.Invalid("limit", $"must be from 1 to {Most}.") : WolverineContinue.NoProblems;

    [WolverineGet("/api/recommendations")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json")]
    public static async Task<RecommendedProducts> Get(int? limit, HttpContext http, Recommender recommender) =>
        new(await recommender.ForAsync(http.FindCaller()?.Subject, limit ?? 12, http.RequestAborted));
}

/// <summary>Products like this one.</summary>
public static class GetRelatedEndpoint
{
    public static ProblemDetails Validate(int? limit) => GetRecommendationsEndpoint.Validate(limit);

    [WolverineGet("/api/products/{id}/related")]
    [ProducesResponseType<RecommendedProducts>(StatusCodes.Status200OK)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    public static async Task<IResult> Get(string id, int? limit, HttpContext http, Recommender recommender) =>
        await recommender.RelatedAsync(id, limit ?? 8, http.RequestAborted) is { } related
            ? Results.Ok(new RecommendedProducts(related))
            : Results.Problem(Problem.NotFound("product"));
}
