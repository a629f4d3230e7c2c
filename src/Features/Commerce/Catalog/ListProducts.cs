using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>The products on sale, the newest first, all of them or one category.</summary>
public static class ListProductsEndpoint
{
    public const int LargestPage = 100;

    public static ProblemDetails Validate(int limit = 24, string? cursor = null)
    {
        if (limit is < 1 or > LargestPage) return Problem.Invalid("limit", $"must be from 1 to {LargestPage}.");
        return string.IsNullOrEmpty(cursor) || CatalogueCursor.Parse(cursor) is not null
            ? WolverineContinue.NoProblems
            : Problem.Invalid("cursor", "must be the nextCursor of an earlier page.");
    }

    [WolverineGet("/api/products")]
    [ProducesResponseType<ProductPage>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json")]
    public static async Task<IResult> Get(ProductAnswers answers, string? category = null, int limit = 24, string? cursor = null) =>
        (await answers.ListAsync(string.IsNullOrEmpty(category) ? null : Slug.Of(category),
            string.IsNullOrEmpty(cursor) ? null : CatalogueCursor.Parse(cursor), limit))!;
}
