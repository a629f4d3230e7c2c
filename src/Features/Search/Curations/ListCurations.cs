using Marten;
using Microsoft.AspNetCore.Authorization;
using Npgsql;
using Wolverine.Http;

namespace Aarya.Features.Search.Curations;

public sealed record CurationPage(IReadOnlyList<CurationView> Items);

/// <summary>Lists the curations of all queries.</summary>
[Authorize("merchandiser")]
public static class ListCurationsEndpoint
{
    [WolverineGet("/api/admin/curations")]
    public static async Task<CurationPage> Get(IQuerySession session, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(CurationTable.Select);
        await using var rows = await session.ExecuteReaderAsync(command, cancellation);
        return new([.. (await CurationTable.ReadAsync(rows, cancellation)).Select(x => x.Curation)]);
    }
}
