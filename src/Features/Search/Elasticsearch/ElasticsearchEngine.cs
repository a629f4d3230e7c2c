using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;
using Elastic.Clients.Elasticsearch;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>Searches Elasticsearch, and nothing else; <see cref="SearchWithFallback"/> answers when it cannot.</summary>
public sealed class ElasticsearchEngine(ElasticsearchClient client, ElasticsearchOptions settings, Shelf shelf) : ISearchEngine
{
    public async Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellation) =>
        await TextSearch.SearchAsync(Index, await SeparateAsync(query, cancellation), cancellation);

    public Task<Suggestions> SuggestAsync(string text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation) =>
        TextSearch.SuggestAsync(Index, text, limit, hidden, cancellation);

    // Does not wait for PostgreSQL: a search of Elasticsearch succeeds without it.
    private ElasticsearchText Index => new(client, settings.Index, shelf.Known?.Synonyms ?? KnownSynonyms.None);

    // Only values with commas need to be compared with those of the catalogue.
    private async Task<SearchQuery> SeparateAsync(SearchQuery query, CancellationToken cancellation)
    {
        if (!query.Categories.Concat(query.Sizes).Concat(query.Colours).Any(x => x.Contains(',', StringComparison.Ordinal))) return query;
        var view = await shelf.ViewAsync(cancellation);
        return ChosenValues.Separate(query, view.Categories.Has, view.Sizes.Has, view.Colours.Has, view.Materials.Has);
    }
}
