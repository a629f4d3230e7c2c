using Aarya.Features.Search.Engine;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Npgsql;
using Wolverine.Http;

namespace Aarya.Features.Search.Query;

public sealed record SynonymView(string Term, IReadOnlyList<string> Words);

public sealed record SynonymPage(IReadOnlyList<SynonymView> Items);

/// <summary>The synonyms: terms of shoppers, and the words that the shop uses for them.</summary>
[Authorize("merchandiser")]
public static class ListSynonymsEndpoint
{
    [WolverineGet("/api/admin/synonyms")]
    public static async Task<SynonymPage> Get(IQuerySession session, CancellationToken cancellation)
    {
        List<SynonymView> all = [];
        await using var command = new NpgsqlCommand("select term, words from search.synonym order by term");
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
            all.Add(new(reader.GetString(0), await reader.GetFieldValueAsync<string[]>(1, cancellation)));
        return new(all);
    }
}
