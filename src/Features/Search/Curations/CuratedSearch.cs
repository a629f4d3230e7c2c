using System.Collections.Concurrent;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Curations;

/// <summary>
/// Searches as the merchandisers want it: with pinned and hidden products, and a redirect. A query that is a category leads to it,
/// unless it has a curation.
/// </summary>
public sealed class CuratedSearch(ISearchEngine engine, KnownCurations curations) : ISearchEngine
{
    private const int MostCategories = 10_000;

    // The keys of each category, because every search compares its text with all categories that it found.
    private readonly ConcurrentDictionary<string, (string Whole, string InWords)> keys = new(StringComparer.Ordinal);

    public async Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellation)
    {
        if (query.Text.Length == 0) return await engine.SearchAsync(query, cancellation);
        if (curations.Of(query.Text) is { } curation) return await SearchAsync(query, curation, cancellation);
        var page = await engine.SearchAsync(query, cancellation);
        if (page.DidYouMean is not { } meant || curations.Of(meant) is not { } other)
            return page with { Redirect = FindCategory(query, page) };
        var curated = await SearchAsync(query with { Text = meant }, other, cancellation);
        return curated with { DidYouMean = meant, IgnoredWords = page.IgnoredWords };
    }

    private async Task<SearchPage> SearchAsync(SearchQuery query, CurationView curation, CancellationToken cancellation)
    {
        var page = await engine.SearchAsync(query with { Pinned = curation.Pinned, Hidden = curation.Hidden }, cancellation);
        return page with { Redirect = curation.Redirect };
    }

    public async Task<Suggestions> SuggestAsync(
        string text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation)
    {
        hidden = [.. hidden, .. curations.Of(text)?.Hidden ?? []];
        var found = await engine.SuggestAsync(text, limit, hidden, cancellation);
        return found.Text != text && curations.Of(found.Text) is { Hidden.Count: > 0 } meant
            ? await engine.SuggestAsync(text, limit, [.. hidden, .. meant.Hidden], cancellation)
            : found;
    }

    // The facet lists the categories of all products found, and so the one that the text names.
    private SearchRedirect? FindCategory(SearchQuery query, SearchPage page)
    {
        if (page.IgnoredWords.Count > 0 || query.After is not null || query.Categories.Count > 0) return null;
        var text = page.DidYouMean ?? query.Text;
        var key = CurationView.KeyOf(text);
        if (key.Length == 0) return null;
        var named = page.Facets.First(x => x.Name == Facets.Category).Values.Select(x => x.Value)
            .Where(x => KeysOf(x) is var (whole, inWords) && (whole == key || inWords == key)).ToList();
        // Of several (men-shirts, shirt-men) the one that is spelled like the text; else the items show the products of all of them.
        if (named.Count > 1) named = [.. named.Where(x => WordsOf(x).SequenceEqual(WordsOf(text)))];
        return named is [var category] ? new(category, null) : null;
    }

    private static IEnumerable<string> WordsOf(string text) => Words.Of(text).SelectMany(x => x.Parts);

    // A slug joins the words of a name by hyphens, which make one word of them in a text.
    private (string Whole, string InWords) KeysOf(string category)
    {
        // First, because counting the keys takes every lock of the dictionary.
        if (keys.TryGetValue(category, out var known)) return known;
        if (keys.Count >= MostCategories) keys.Clear();
        return keys.GetOrAdd(
            category, static x => (CurationView.KeyOf(x), CurationView.KeyOf(x.Replace('-', ' '))));
    }
}
