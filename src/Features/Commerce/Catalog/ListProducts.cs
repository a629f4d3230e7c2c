using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>The products on sale, the newest first, all of them or one category.</summary>
public static class ListProductsEndpoint
{
    public const int LargestPage = 100;

    public static ProblemDetails Validate(int limit = 24, string? cursor = null) => PageCursor.Validate(limit, LargestPage, cursor);

    [WolverineGet("/api/products")]
    [ProducesResponseType<ProductPage>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    public static async Task<IResult> Get(ProductAnswers answers, string? category = null, int limit = 24, string? cursor = null) =>
        (await answers.ListAsync(string.IsNullOrEmpty(category) ? null : Slug.Of(category),
            PageCursor.Parse(cursor), limit))!;
}
