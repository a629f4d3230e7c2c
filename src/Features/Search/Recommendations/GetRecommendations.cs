using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Recommendations;

/// <summary>
/// Products that the caller may like, by what they have bought and looked at; without a token, what sells and what is new.
/// </summary>
public static class GetRecommendationsEndpoint
{
    internal const int Most = 50;

    public static ProblemDetails Validate(int? limit) =>
        limit is < 1 or > Most ? Problem.Invalid("limit", $"must be from 1 to {Most}.") : WolverineContinue.NoProblems;

    [WolverineGet("/api/recommendations")]
    public static async Task<RecommendedProducts> Get(int? limit, HttpContext http, Recommender recommender) =>
        new(await recommender.ForAsync(http.FindCaller()?.Subject, limit ?? 12, http.RequestAborted));
}
