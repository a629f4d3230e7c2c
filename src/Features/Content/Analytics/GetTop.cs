using Aarya.Features.Content.Catalogue;
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

    /// <summary>Categories by their revenue, in paise.</summary>
    Categories,

    /// <summary>Categories by the pieces that were bought.</summary>
    CategoriesSold,

    /// <summary>Categories by the views of the pages of their products.</summary>
    CategoriesViewed,

    /// <summary>Pages, by their paths, by their views.</summary>
    Pages,

    /// <summary>Searches.</summary>
    Searches,

    /// <summary>Searches that found nothing.</summary>
    SearchesWithoutResults,
}

/// <param name="Subject">
/// A SKU, an id, a category, a path or the words of a search. A category is empty for products that content does not know.
/// </param>
/// <param name="Count">Pieces, lines, views or searches; paise for revenue and categories.</param>
/// <param name="Name">The name of the product; absent if the subject is none, or content does not know it.</param>
public sealed record TopItem(string Subject, double Count, string? Name = null);

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
        TopKind? of, DateOnly? from, DateOnly? to, string? format, DailyCounts counts, ProductNames products, DateTimeOffset now,
        CancellationToken cancellation, int limit = 20)
    {
        var range = DayRange.Of(from, to, now);
        var kind = of ?? TopKind.Sold;
        IReadOnlyList<(string Subject, double Count)> top = kind switch
        {
            TopKind.Categories or TopKind.CategoriesSold or TopKind.CategoriesViewed =>
                await counts.TopCategoriesAsync(range, CountedBy(kind), limit, cancellation),
            TopKind.Searches or TopKind.SearchesWithoutResults =>
                await counts.TopAsync(range, CountedBy(kind), LeastSearches, limit, cancellation),
            _ => await counts.TopAsync(range, CountedBy(kind), 0, limit, cancellation),
        };
        var names = await NamesAsync(kind, [.. top.Select(x => x.Subject)], products, cancellation);
        return format is null
            ? Results.Json(new TopList(
                range.From, range.To, [.. top.Select(x => new TopItem(x.Subject, x.Count, names?.GetValueOrDefault(x.Subject)))]))
            : Csv.Of("top", names is null ? ["subject", "count"] : ["subject", "count", "name"], top.Select(x => (string[])
            [
                x.Subject, kind is TopKind.Revenue or TopKind.Categories ? Csv.Amount(new((long)x.Count, Money.Inr)) : Csv.Number(x.Count),
                .. names is null ? Array.Empty<string>() : [names.GetValueOrDefault(x.Subject) ?? ""],
            ]));
    }

    private static string CountedBy(TopKind kind) => kind switch
    {
        TopKind.Sold or TopKind.CategoriesSold => CountKinds.PurchasedItem,
        TopKind.Revenue or TopKind.Categories => CountKinds.RevenueOfItem,
        TopKind.Carts => CountKinds.AddToCart,
        TopKind.Products or TopKind.CategoriesViewed => CountKinds.ProductView,
        TopKind.Pages => CountKinds.PageView,
        TopKind.Searches => CountKinds.Search,
        _ => CountKinds.SearchWithoutResults,
    };

    // Null for what is no product.
    private static async Task<IReadOnlyDictionary<string, string>?> NamesAsync(
        TopKind kind, string[] subjects, ProductNames products, CancellationToken cancellation)
    {
        if (kind == TopKind.Products) return await products.OfProductsAsync(subjects, cancellation);
        return kind is TopKind.Sold or TopKind.Revenue or TopKind.Carts ? await products.OfSkusAsync(subjects, cancellation) : null;
    }
}
