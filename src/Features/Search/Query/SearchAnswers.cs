using System.Net;
using System.Text.Json;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Popular;
using Aarya.Features.Search.Postgres;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Http;

namespace Aarya.Features.Search.Query;

/// <param name="Degraded">True when Elasticsearch should have answered, but PostgreSQL did: the order of the items may differ.</param>
public sealed record SuggestionPage(IReadOnlyList<Suggestion> Items, bool Degraded = false);

/// <summary>Runs the same search at most once per second, and shares its answer. Counts what is searched for and found.</summary>
public sealed class SearchAnswers(ISearchEngine engine, Shelf shelf, PopularSearches popular, CacheBudget budget, TimeProvider time)
{
    private const int MostPopular = 3;

    private readonly ReadyAnswers ready = new(budget, time, TimeSpan.FromSeconds(1), "searches");

    /// <param name="client">The client's address.</param>
    public async ValueTask<ReadyAnswer> SearchAsync(SearchQuery query, IPAddress? client) =>
        (await ready.GetAsync($"search:{query.Key}", (Answers: this, query, client), static x => x.Answers.FindAsync(x.query, x.client)))!;

    public async ValueTask<ReadyAnswer> SuggestAsync(string text, int limit) =>
        (await ready.GetAsync($"suggest:{limit}:{text}", (Answers: this, text, limit),
            static x => x.Answers.ProposeAsync(x.text, x.limit)))!;

    private async Task<ReadyAnswer?> FindAsync(SearchQuery query, IPAddress? client)
    {
        var page = await engine.SearchAsync(query, CancellationToken.None);
        Count(query, page, client);
        return Json(page);
    }

    private async Task<ReadyAnswer?> ProposeAsync(string text, int limit)
    {
        var found = await engine.SuggestAsync(text, limit, CancellationToken.None);
        var searches = popular.Beginning(found.Text, MostPopular).Select(Suggestion.Search);
        var categories = found.Items.TakeWhile(x => x.Kind == "category").ToList();
        return Json(new SuggestionPage(
            [.. categories.Concat(searches).Concat(found.Items.Skip(categories.Count)).Take(limit)], found.Degraded));
    }

    // Only the first page of what a shopper found as it was typed.
    private void Count(SearchQuery query, SearchPage page, IPAddress? client)
    {
        if (query.Explains) return;
        if (page.Total == 0 || page.DidYouMean is not null || page.IgnoredWords.Count > 0 || query.After is not null) return;
        if (shelf.Known is { } known) popular.Count(query.Text, known.Vocabulary.Has, client);
    }

    private static ReadyAnswer? Json<T>(T view) => ReadyAnswer.Json(JsonSerializer.SerializeToUtf8Bytes(view, AaryaJson.Options));
}
