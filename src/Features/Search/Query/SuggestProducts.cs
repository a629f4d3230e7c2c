using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Query;

/// <summary>Suggestions for a text that is being typed: categories first, then popular searches, then products.</summary>
public static class SuggestProductsEndpoint
{
    private const int Most = 20;

    public static ProblemDetails Validate(string? q, int? limit) => q is not { Length: > 0 and <= SearchQuery.LongestText }
        ? Problem.Invalid("q", $"must have 1 to {SearchQuery.LongestText} characters.")
        : limit is < 1 or > Most ? Problem.Invalid("limit", $"must be from 1 to {Most}.") : WolverineContinue.NoProblems;

    [WolverineGet("/api/search/suggest")]
    [ProducesResponseType<SuggestionPage>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    public static async Task<IResult> Get(string? q, int? limit, SearchAnswers answers) =>
        await answers.SuggestAsync(q!.Trim(), limit ?? 8);
}
