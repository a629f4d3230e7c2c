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
    /// True when a curation was stored by older rules of <see cref="Words"/>: before an upgrade, or by an older process during one.
    /// </summary>
    public bool HaveOldKeys { get; private set; }

    /// <summary>Reads all curations from PostgreSQL.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(CurationTable.Select, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var stored = (await CurationTable.ReadAsync(rows, cancellation))
            .Select(x => (Today: CurationView.KeyOf(x.Curation.Query), x.Key, x.Curation)).ToList();
        Dictionary<string, CurationView> read = new(StringComparer.Ordinal);
        // Of two for the same words, the one that has today's key counts.
        foreach (var (today, _, curation) in stored.OrderBy(x => x.Key == x.Today)) read[today] = curation;
        (byKey, HaveOldKeys) = (read, stored.Exists(x => x.Key != x.Today));
    }

    /// <summary>
    /// Stores curations of older rules under the keys that are looked up today. Of two with one key, the one that had it already stays.
    /// </summary>
    public async Task StoreKeysAgainAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        Dictionary<string, string> old = new(StringComparer.Ordinal);
        await using (var select = new NpgsqlCommand(CurationTable.Select, connection))
        await using (var rows = await select.ExecuteReaderAsync(cancellation))
        {
            foreach (var (key, curation) in await CurationTable.ReadAsync(rows, cancellation))
            {
                if (CurationView.KeyOf(curation.Query) is var today && key != today) old.Add(key, today);
            }
        }

        // A key that another one will leave is free in the next round.
        foreach (var (key, today) in old.Where(x => !old.ContainsKey(x.Value)))
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
}
