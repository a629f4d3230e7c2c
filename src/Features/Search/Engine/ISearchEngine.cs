namespace Aarya.Features.Search.Engine;

/// <summary>One product that was found, with the lowest price among the variants that match.</summary>
public sealed record ProductHit(Guid Id, string Slug, string Name, string Category, Money Price, Money? CompareAtPrice,
    string? Image, bool InStock);

public sealed record FacetValue(string Value, int Count);

/// <summary>The values that a filter can still take and how many products each would show, with every other filter applied.</summary>
public sealed record Facet(string Name, IReadOnlyList<FacetValue> Values);

/// <param name="DidYouMean">The words that were searched for instead, because the given ones match nothing.</param>
/// <param name="IgnoredWords">
/// Words of the search, in the spelling of the index, that the items need not have, because no product on sale has all of the words; a
/// price in the text that no product has. Empty when the items have all of them.
/// </param>
public sealed record SearchPage(IReadOnlyList<ProductHit> Items, long Total, IReadOnlyList<Facet> Facets,
    string? NextCursor, string? DidYouMean, IReadOnlyList<string> IgnoredWords);

/// <param name="Kind">product or category.</param>
/// <param name="Slug">What the storefront links to.</param>
public sealed record Suggestion(string Kind, string Text, string Slug);

/// <summary>
/// A full-text index of the published catalogue. Writes may arrive in any order and more than once: the higher version or sequence wins. A
/// search finds a write at most a second after it has returned.
/// </summary>
public interface ISearchEngine
{
    Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellation);

    /// <summary>Suggestions for a text that is being typed.</summary>
    Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, int limit, CancellationToken cancellation);

    /// <summary>Adds products, and replaces those whose version in the index is not higher.</summary>
    Task IndexAsync(IReadOnlyList<ProductDocument> products, CancellationToken cancellation);

    Task WithdrawAsync(Guid productId, long version, CancellationToken cancellation);

    Task SetStockAsync(string sku, int available, long sequence, CancellationToken cancellation);

    /// <summary>Sets the stock that the catalogue reports, unless it was updated after <paramref name="since"/>.</summary>
    Task RefreshStockAsync(IReadOnlyDictionary<string, int> available, DateTimeOffset since, CancellationToken cancellation);

    /// <summary>Ends a refill: products that nothing has indexed since it began are no longer on sale.</summary>
    /// <returns>How many products were withdrawn.</returns>
    Task<int> ForgetOlderAsync(DateTimeOffset since, CancellationToken cancellation);
}
