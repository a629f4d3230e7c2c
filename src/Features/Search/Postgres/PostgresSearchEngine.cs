using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>Searches the index that PostgreSQL stores, in the memory of this process: see <see cref="Shelf"/>.</summary>
public sealed class PostgresSearchEngine(Shelf shelf) : ISearchEngine
{
    public async Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellation)
    {
        var view = await shelf.ViewAsync(cancellation);
        query = ChosenValues.Separate(query, view.Categories.Has, view.Sizes.Has, view.Colours.Has, view.Materials.Has);
        return await TextSearch.SearchAsync(new WordSearch(view), query, cancellation);
    }

    public async Task<Suggestions> SuggestAsync(
        string text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation) =>
        await TextSearch.SuggestAsync(new WordSearch(await shelf.ViewAsync(cancellation)), text, limit, hidden, cancellation);
}
