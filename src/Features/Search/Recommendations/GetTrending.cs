using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Recommendations;

/// <summary>What sells at present: the weight of a piece halves per week, and a product needs half a piece in total.</summary>
public static class GetTrendingEndpoint
{
    public static ProblemDetails Validate(int? limit) => GetRecommendationsEndpoint.Validate(limit);

    [WolverineGet("/api/recommendations/trending")]
    public static async Task<RecommendedProducts> Get(int? limit, HttpContext http, Recommender recommender) =>
        new(await recommender.TrendingAsync(http.FindCaller()?.Subject, limit ?? 12, http.RequestAborted));
}
