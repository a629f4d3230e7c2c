using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Analytics;

/// <summary>What a list of the top is about.</summary>
public enum TopKind
{
    /// <summary>SKUs by the pieces that were bought.</summary>
    Sold,

    /// <summary>SKUs by their revenue, in paise.</summary>
    Revenue,

    /// <summary>SKUs by how often they were put into carts.</summary>
    Carts,

    /// <summary>Products, by their ids, by the views of their pages.</summary>
    Products,

    /// <summary>Pages, by their paths, by their views.</summary>
    Pages,

    /// <summary>Searches.</summary>
    Searches,

    /// <summary>Searches that found nothing.</summary>
    SearchesWithoutResults,
}

/// <param name="Subject">A SKU, an id, a path or the words of a search.</param>
/// <param name="Count">Pieces, lines, views or searches; paise for revenue.</param>
public sealed record TopItem(string Subject, double Count);

public sealed record TopList(DateOnly From, DateOnly To, IReadOnlyList<TopItem> Items);

/// <summary>
/// What was bought, viewed or searched for most. A search is listed from three searches on, so that nobody is recognised by a rare one.
/// With <c>format=csv</c> the answer is a CSV file.
/// </summary>
[Authorize("admin")]
public static class GetTopEndpoint
{
    private const int MostItems = 100;
    private const int LeastSearches = 3;

    public static ProblemDetails Validate(DateOnly? from, DateOnly? to, string? format, TimeProvider time, int limit = 20) =>
        limit is < 1 or > MostItems ? Problem.Invalid("limit", $"must be from 1 to {MostItems}.")
            : Csv.Validate(format) ?? DayRange.Validate(from, to, time.GetUtcNow());

    [WolverineGet("/api/admin/analytics/top")]
    [ProducesResponseType<TopList>(StatusCodes.Status200OK)]
    public static async Task<IResult> Get(
        TopKind? of, DateOnly? from, DateOnly? to, string? format, DailyCounts counts, DateTimeOffset now, CancellationToken cancellation,
        int limit = 20)
    {
        var range = DayRange.Of(from, to, now);
        var (counted, least) = (of ?? TopKind.Sold) switch
        {
            TopKind.Sold => (CountKinds.PurchasedItem, 0),
            TopKind.Revenue => (CountKinds.RevenueOfItem, 0),
            TopKind.Carts => (CountKinds.AddToCart, 0),
            TopKind.Products => (CountKinds.ProductView, 0),
            TopKind.Pages => (CountKinds.PageView, 0),
            TopKind.Searches => (CountKinds.Search, LeastSearches),
            _ => (CountKinds.SearchWithoutResults, LeastSearches),
        };
        var items = await counts.TopAsync(range, counted, least, limit, cancellation);
        return format is null
            ? Results.Json(new TopList(range.From, range.To, [.. items.Select(x => new TopItem(x.Subject, x.Count))]))
            : Csv.Of("top", ["subject", "count"], items.Select(
                x => new[] { x.Subject, of == TopKind.Revenue ? Csv.Amount(new((long)x.Count, Money.Inr)) : Csv.Number(x.Count) }));
    }
}
