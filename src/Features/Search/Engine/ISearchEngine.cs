using System.Text.Json.Serialization;

namespace Aarya.Features.Search.Engine;

/// <summary>One product that was found, with the lowest price among the variants that match.</summary>
public sealed record ProductHit(Guid Id, string Slug, string Name, string Category, Money Price, Money? CompareAtPrice,
    string? Image, bool InStock)
{
    /// <summary>The words of the name that match the text; null unless the search asked for them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TextPart>? NameMatches { get; init; }

    /// <summary>Why the product ranks where it does; null unless the search asked for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Explanation? Explanation { get; init; }
}

public sealed record FacetValue(string Value, int Count);

/// <summary>The values that a filter can still take and how many products each would show, with every other filter applied.</summary>
public sealed record Facet(string Name, IReadOnlyList<FacetValue> Values);

/// <param name="DidYouMean">The words that were searched for instead, because the given ones match nothing.</param>
/// <param name="IgnoredWords">
/// Words of the search, in the spelling of the index, that the items need not have, because no product on sale has all of the words; a
/// price in the text that no product has. Empty when the items have all of them.
/// </param>
/// <param name="Degraded">True when Elasticsearch should have answered, but PostgreSQL did: the order of the items may differ.</param>
public sealed record SearchPage(IReadOnlyList<ProductHit> Items, long Total, IReadOnlyList<Facet> Facets,
    string? NextCursor, string? DidYouMean, IReadOnlyList<string> IgnoredWords, bool Degraded = false)
{
    /// <summary>The answer to a text that contains nothing that a product could be found by.</summary>
    public static readonly SearchPage Nothing =
        new([], 0, Engine.Facets.Of([], [], [], []), null, null, []);

    /// <summary>Where the storefront may redirect the shopper instead of showing the items; absent when there is no redirect.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SearchRedirect? Redirect { get; init; }
}

/// <param name="Category">
/// The category to show: the one that the merchandiser chose, or the one that the text names; null when there is a path.
/// </param>
/// <param name="Path">A page of the storefront, such as <c>/sale</c>; null when there is a category.</param>
public sealed record SearchRedirect(string? Category, string? Path);

/// <param name="Kind">category, search or product.</param>
/// <param name="Slug">What the storefront links to: the category, the text of the search, or the slug of the product.</param>
/// <param name="Image">Of a product.</param>
/// <param name="Price">The lowest price of a product's variants.</param>
public sealed record Suggestion(string Kind, string Text, string Slug, string? Image = null, Money? Price = null)
{
    public static Suggestion Category(string category) => new("category", category, category);

    public static Suggestion Search(string text) => new("search", text, text);

    public static Suggestion Product(string name, string slug, string image, Money? price) =>
        new("product", name, slug, image.Length == 0 ? null : image, price);
}

/// <param name="Items">Categories first, then products; those in stock before the others.</param>
/// <param name="Text">The text that they are for: the typed one, or the same with typos corrected.</param>
/// <param name="Degraded">True when Elasticsearch should have answered, but PostgreSQL did: the order of the items may differ.</param>
public sealed record Suggestions(IReadOnlyList<Suggestion> Items, string Text, bool Degraded = false);

/// <summary>
/// Finds products on sale. PostgreSQL finds a change at most a second after it was written, and Elasticsearch usually after about a second;
/// while a change has been pending for more than ten seconds, PostgreSQL answers.
/// </summary>
public interface ISearchEngine
{
    Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellation);

    /// <summary>Suggestions for a text that is being typed.</summary>
    /// <param name="hidden">The products that are not among them.</param>
    Task<Suggestions> SuggestAsync(string text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation);

    /// <summary>Suggestions for a text that is being typed.</summary>
    Task<Suggestions> SuggestAsync(string text, int limit, CancellationToken cancellation) =>
        SuggestAsync(text, limit, [], cancellation);
}
