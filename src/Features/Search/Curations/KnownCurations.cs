using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Search.Curations;

/// <summary>The curations, as this process has last read them.</summary>
public sealed class KnownCurations(ISearchStore store)
{
    private volatile Dictionary<string, CurationView> byKey = [];

    /// <summary>The curation of a query; null when there is none.</summary>
    public CurationView? Of(string text) =>
        byKey.Count > 0 && byKey.TryGetValue(CurationView.KeyOf(text), out var curation) ? curation : null;

    /// <summary>Reads all curations from PostgreSQL.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(CurationTable.Select, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        byKey = (await CurationTable.ReadAsync(rows, cancellation)).ToDictionary(x => x.Key, x => x.Curation, StringComparer.Ordinal);
    }
}
