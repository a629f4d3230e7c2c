using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Store;
using Npgsql;

namespace Aarya.Features.Search.Postgres;

/// <summary>
/// PostgreSQL's own full-text search finds and ranks products: stems and prefixes from a weighted tsvector, typos by trigrams and edit
/// distance. Filters, facets, sorting and paging are done in memory, see <see cref="ProductsOnSale"/>.
/// </summary>
public sealed class PostgresSearchEngine(ISearchStore store, Shelf shelf) : ISearchEngine
{
    public async Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellation)
    {
        var view = await shelf.ViewAsync(cancellation);
        query = ChosenValues.Separate(query, view.Categories.Has, view.Sizes.Has, view.Colours.Has);
        // Without a text no connection is needed.
        if (query.Text.Length == 0) return view.Page(query, null);
        await using var connection = await OpenAsync(cancellation);
        return await TextSearch.SearchAsync(new PostgresText(connection, view), query, cancellation);
    }

    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, int limit, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return await TextSearch.SuggestAsync(new PostgresText(connection, new()), text, limit, cancellation);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = store.Storage.Database.CreateConnection();
        await connection.OpenAsync(cancellation);
        return connection;
    }
}
