using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Curations;

/// <summary>What a merchandiser has decided for a query.</summary>
/// <param name="Query">As the merchandiser typed it; it holds for all spellings with the same words.</param>
/// <param name="Pinned">The products that come first, in this order, while they are on sale, in stock and meet the filters.</param>
/// <param name="Hidden">The products that are not found.</param>
/// <param name="Redirect">Where the storefront may redirect the shopper; null when there is no redirect.</param>
public sealed record CurationView(string Query, IReadOnlyList<Guid> Pinned, IReadOnlyList<Guid> Hidden, SearchRedirect? Redirect)
{
    /// <summary>The query of a path, where a slash stays encoded.</summary>
    public static string QueryOf(string segment) => segment.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Trim();

    /// <summary>The same for queries of the same words in any order, singular or plural; empty for a text without words.</summary>
    public static string KeyOf(string text) => string.Join(
        ' ', Words.Telling(Words.Compounded(Words.Of(text))).Select(x => EnglishStem.Of(x.Joined)).Order(StringComparer.Ordinal));
}
