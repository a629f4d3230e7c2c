using System.Text.Json;
using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Http;

namespace Aarya.Features.Search.Query;

public sealed record SuggestionPage(IReadOnlyList<Suggestion> Items);

/// <summary>Runs the same search at most once per second, and shares its answer.</summary>
public sealed class SearchAnswers(ISearchEngine engine, CacheBudget budget, TimeProvider time)
{
    private readonly ReadyAnswers ready = new(budget, time, TimeSpan.FromSeconds(1));

    public async ValueTask<ReadyAnswer> SearchAsync(SearchQuery query) =>
        (await ready.GetAsync($"search:{query.Key}", (engine, query),
            static async x => Json(await x.engine.SearchAsync(x.query, CancellationToken.None))))!;

    public async ValueTask<ReadyAnswer> SuggestAsync(string text, int limit) =>
        (await ready.GetAsync($"suggest:{limit}:{text}", (engine, text, limit),
            static async x => Json(new SuggestionPage(await x.engine.SuggestAsync(x.text, x.limit, CancellationToken.None)))))!;

    private static ReadyAnswer? Json<T>(T view) => ReadyAnswer.Json(JsonSerializer.SerializeToUtf8Bytes(view, AaryaJson.Options));
}
