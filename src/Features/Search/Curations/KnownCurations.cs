using Aarya.Features.Search.Engine;
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

    /// <summary>
    /// Stores curations of older rules of <see cref="Words"/> under the keys that are looked up today. Of two with one key, the one that
    /// had it already stays.
    /// </summary>
    public async Task StoreKeysAgainAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        List<(string Key, string Today)> old = [];
        await using (var select = new NpgsqlCommand("select key, query from search.curation order by key", connection))
        await using (var reader = await select.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var (key, today) = (reader.GetString(0), CurationView.KeyOf(reader.GetString(1)));
                if (key != today && today.Length > 0) old.Add((key, today));
            }
        }

        foreach (var (key, today) in old)
        {
            await using var again = new NpgsqlCommand(
                """
                with gone as (delete from search.curation where key = $1 returning *)
                insert into search.curation (key, query, pinned, hidden, redirect_category, redirect_path)
                select $2, query, pinned, hidden, redirect_category, redirect_path from gone on conflict (key) do nothing
                """, connection)
            {
                Parameters = { new() { Value = key }, new() { Value = today } },
            };
            await again.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Reads all curations from PostgreSQL.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(CurationTable.Select, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        Dictionary<string, CurationView> read = new(StringComparer.Ordinal);
        // By the key of today's rules: until the stored ones are made again, two rows may have one.
        foreach (var curation in await CurationTable.ReadAsync(rows, cancellation)) read[CurationView.KeyOf(curation.Query)] = curation;
        byKey = read;
    }
}
