using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Engine;

public enum SearchSort
{
    Relevance,
    PriceAsc,
    PriceDesc,
    Newest,

    /// <summary>What sells most at present first.</summary>
    Bestselling,

    /// <summary>The largest reduction first, in percent, of the price that is shown.</summary>
    Discount,
}

/// <summary>A shopper's search. A product matches when one of its variants meets every filter.</summary>
public sealed record SearchQuery
{
    public const int LongestText = 200;
    public const int LargestPage = 100;
    private const int LongestValue = 100;
    private const int MostValues = 20;
    private const int HighestDiscount = 99;

    public string Text { get; internal init; } = "";

    /// <summary>As given: each may be a list, see <see cref="ChosenValues"/>.</summary>
    public IReadOnlyList<string> Categories { get; internal init; } = [];

    public IReadOnlyList<string> Sizes { get; internal init; } = [];

    public IReadOnlyList<string> Colours { get; internal init; } = [];

    /// <summary>Materials, as given. A product has one of them among its own.</summary>
    public IReadOnlyList<string> Materials { get; internal init; } = [];

    /// <summary>The least reduction in percent, from 1 on; null for any price.</summary>
    public int? MinDiscount { get; private init; }

    /// <summary>The facets that the answer has beside those that it always has.</summary>
    public IReadOnlyList<string> MoreFacets { get; private init; } = [];

    /// <summary>In minor units.</summary>
    public long? MinPrice { get; internal init; }

    /// <summary>In minor units.</summary>
    public long? MaxPrice { get; internal init; }

    public bool InStock { get; private init; }

    public SearchSort Sort { get; private init; }

    /// <summary>
    /// Products that are out of stock come after all others: neither a text nor an order was asked for. The order of relevance does so by
    /// its ranks.
    /// </summary>
    public bool SoldOutLast { get; private init; }

    /// <summary>Of products that match the text equally well, those that sell more come first.</summary>
    public bool RanksBySales { get; init; }

    /// <summary>The order depends on how well products sell.</summary>
    internal bool HasScores => RanksBySales || Sort == SearchSort.Bestselling;

    /// <summary>The products that come first in the order of relevance, whether they match the text or not.</summary>
    internal IReadOnlyList<Guid> Pinned { get; init; } = [];

    /// <summary>The products that are not found.</summary>
    internal IReadOnlyList<Guid> Hidden { get; init; } = [];

    /// <summary>The answer says why each product ranks where it does.</summary>
    public bool Explains { get; init; }

    /// <summary>The answer says which words of a name match.</summary>
    public bool Highlights { get; init; }

    public SearchCursor? After { get; internal init; }

    /// <summary>What was looked for instead of the text; null when it was the text, with every word.</summary>
    internal SoughtInstead? Instead { get; init; }

    public int Limit { get; private init; }

    /// <summary>Queries with the same key have the same answer.</summary>
    public string Key => string.Join(
        '\n', MinPrice, MaxPrice, InStock, Sort, SoldOutLast, RanksBySales, Highlights, Explains, After, Limit, MinDiscount,
        Measured(Categories), Measured(Sizes), Measured(Colours), Measured(Materials), Measured(MoreFacets), Text);

    /// <summary>The query, or what is wrong with it. Several values of one filter may be given one by one or separated by commas.</summary>
    public static (SearchQuery? Query, ProblemDetails Problem) From(
        string? text, string[]? category, string[]? size, string[]? colour, long? minPrice, long? maxPrice, bool? inStock, SearchSort? sort,
        string? cursor, int? limit, string[]? material = null, int? minDiscount = null, string[]? facets = null)
    {
        text = (text ?? "").Trim();
        // Without search words there is no relevance to sort by.
        var asksNothing = sort is null or SearchSort.Relevance && text.Length == 0;
        var order = asksNothing ? SearchSort.Newest : sort ?? SearchSort.Relevance;
        var (categories, sizes, colours, materials) = (Values(category), Values(size), Values(colour), Values(material));
        var more = (facets ?? []).SelectMany(x => Parts(x ?? "")).Distinct(StringComparer.Ordinal).ToList();
        var after = string.IsNullOrEmpty(cursor) ? null : SearchCursor.Parse(cursor);

        ProblemDetails? problem = text.Length > LongestText ? Problem.Invalid("q", $"must have at most {LongestText} characters.")
            : Wrong(categories) ? Problem.Invalid("category", Bounds)
            : Wrong(sizes) ? Problem.Invalid("size", Bounds)
            : Wrong(colours) ? Problem.Invalid("colour", Bounds)
            : Wrong(materials) ? Problem.Invalid("material", Bounds)
            : minDiscount is < 1 or > HighestDiscount ? Problem.Invalid("minDiscount", $"must be from 1 to {HighestDiscount}.")
            : more.Exists(x => !Engine.Facets.More.Contains(x))
                ? Problem.Invalid("facets", $"must be {string.Join(", ", Engine.Facets.More)}.")
            : minPrice < 0 ? Problem.Invalid("minPrice", "must not be negative.")
            : maxPrice < 0 ? Problem.Invalid("maxPrice", "must not be negative.")
            : maxPrice < minPrice ? Problem.Invalid("maxPrice", "must not be below minPrice.")
            : limit is < 1 or > LargestPage ? Problem.Invalid("limit", $"must be from 1 to {LargestPage}.")
            : !string.IsNullOrEmpty(cursor) && after?.Sort != order
                ? Problem.Invalid("cursor", "must be the nextCursor of an earlier page of this search.")
            : null;
        if (problem is not null) return (null, problem);
        return (new()
        {
            Text = text,
            Categories = categories,
            Sizes = sizes,
            Colours = colours,
            Materials = materials,
            MinDiscount = minDiscount,
            // A filter comes with its facet.
            MoreFacets = [.. Engine.Facets.More.Where(x => more.Contains(x)
                || (x == Engine.Facets.Material && materials.Length > 0) || (x == Engine.Facets.Discount && minDiscount is not null))],
            MinPrice = minPrice,
            MaxPrice = maxPrice,
            InStock = inStock ?? false,
            Sort = order,
            SoldOutLast = after?.SoldOutLast ?? asksNothing,
            After = after,
            Limit = limit ?? 24,
        }, WolverineContinue.NoProblems);
    }

    private static string Bounds => $"must have at most {MostValues} values of at most {LongestValue} characters each.";

    /// <summary>A value as the index stores it, however it was typed.</summary>
    internal static string Plain(string value) => NormalForm.Of(value).Trim();

    /// <summary>The same for every spelling of a value: filters do not distinguish Red and RED.</summary>
    [SuppressMessage("Globalization", "CA1308:Normalize strings to uppercase", Justification = "Upper case turns ß into SS.")]
    internal static string KeyOf(string value) => value.ToLowerInvariant();

    private static string[] Values(string[]? lists) => [.. (lists ?? []).Select(x => Plain(x ?? "")).Where(x => Parts(x).Length > 0)];

    private static string[] Parts(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool Wrong(string[] lists)
    {
        var parts = lists.SelectMany(Parts).ToList();
        // Commas without values between them would be tried in every combination.
        return parts.Count > MostValues || parts.Exists(x => x.Length > LongestValue)
            || lists.Sum(x => x.Count(y => y == ',')) > 2 * MostValues;
    }

    // With their lengths, so that one value cannot be mistaken for two, or for a value of the next filter.
    private static string Measured(IReadOnlyList<string> values) =>
        string.Concat(values.Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Length}:{x}")));
}
