using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Query;

/// <summary>
/// Full-text search over what is on sale. Prices are in minor units. Several values of one filter are given by repeating it
/// (<c>colour=Red&amp;colour=Blue</c>) or by commas (<c>colour=Red,Blue</c>); a value of a facet can be sent as it is, including commas. A
/// value that no product has finds nothing. A category includes its parts. <c>minDiscount</c> is the least reduction in percent. With
/// <c>facets=material,discount,stock</c> the answer counts these, too; a discount counts what is reduced by as many percent or more.
/// With <c>highlights=true</c> each product says which words of its name match, and with <c>explain=true</c>, for staff, why it ranks where
/// it does.
/// </summary>
public static class SearchProductsEndpoint
{
    public static ProblemDetails Validate(
        string? q, string[]? category, string[]? size, string[]? colour, long? minPrice, long? maxPrice, bool? inStock, SearchSort? sort,
        string? cursor, int? limit, bool? explain, string[]? material, int? minDiscount, string[]? facets, HttpContext http) =>
        explain == true && FindRefusal(http) is { } refusal
            ? refusal
            : SearchQuery.From(
                q, category, size, colour, minPrice, maxPrice, inStock, sort, cursor, limit, material, minDiscount, facets).Problem;

    private static ProblemDetails? FindRefusal(HttpContext http) => http.FindCaller() switch
    {
        null => BearerHandler.Refuse(http),
        { IsStaff: true } => null,
        var caller => caller.Is(CallerRoles.Merchandiser) ? null : Problem.Forbidden("Only staff may ask for explanations."),
    };

    [WolverineGet("/api/search")]
    [ProducesResponseType<SearchPage>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [Refuses(403, "auth.forbidden", "Only staff may ask for explanations.")]
    public static async Task<IResult> Get(
        string? q, string[]? category, string[]? size, string[]? colour, long? minPrice, long? maxPrice, bool? inStock, SearchSort? sort,
        string? cursor, int? limit, bool? highlights, bool? explain, string[]? material, int? minDiscount, string[]? facets,
        HttpContext http, SalesFlag sales, SearchAnswers answers)
    {
        var query = SearchQuery.From(
            q, category, size, colour, minPrice, maxPrice, inStock, sort, cursor, limit, material, minDiscount, facets).Query!;
        return await answers.SearchAsync(
            query with
            {
                Highlights = highlights ?? false,
                Explains = explain ?? false,
                RanksBySales = await sales.IsOnAsync(query, http.FindCaller(), http.RequestAborted),
            },
            http.Connection.RemoteIpAddress);
    }
}
