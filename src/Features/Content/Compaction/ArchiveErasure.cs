using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Marten;
using Npgsql;

namespace Aarya.Features.Content.Compaction;

/// <summary>Removes a person from the archive. What happened to their orders stays.</summary>
public sealed class ArchiveErasure(Sealer sealer)
{
    private static readonly string[] Archived = [.. Streams.All.Where(x => x.IsArchived).Select(x => x.Name).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Removes, in the session's transaction, the personal values from all archived events of these orders, and from those that will be
    /// archived later.
    /// </summary>
    public async Task EraseAsync(IDocumentSession session, Guid[] orders, CancellationToken cancellation)
    {
        if (orders.Length == 0) return;
        await AnnounceAsync(session, orders, cancellation);
        foreach (var (month, stream, first, body) in await BatchesAsync(session, orders, cancellation))
        {
            var lines = await ArchivedEvents.UnpackAsync(body, sealer);
            foreach (var line in lines.Where(x => ArchivedEvents.OrderOf(x) is { } order && orders.Contains(order)))
                ArchivedEvents.Forget(line);
            session.QueueSqlCommand("update content.event_archive set body = ? where month = ? and stream = ? and first_entry = ?",
                ArchivedEvents.Pack(lines, sealer), month, stream, first);
        }
    }

    /// <summary>Which of these orders belong to persons who were erased.</summary>
    internal static async Task<HashSet<Guid>> ErasedAsync(NpgsqlConnection connection, Guid[] orders, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand("select order_id from content.erased_order where order_id = any ($1)", connection)
        {
            Parameters = { new() { Value = orders } },
        };
        HashSet<Guid> found = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) found.Add(reader.GetGuid(0));
        return found;
    }

    // Before the batches are read: the compactor does not write a batch that it has prepared without knowing these orders, and a batch that
    // it has written is among those that are read.
    private static async Task AnnounceAsync(IDocumentSession session, Guid[] orders, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        await using var announce = new NpgsqlCommand(
            """
            with announced as (
              insert into content.stream_cursor as cursor (stream, position, erasures) select unnest($2), '0-0', 1 order by 1
              on conflict (stream) do update set erasures = cursor.erasures + 1)
            insert into content.erased_order (order_id) select unnest($1) on conflict do nothing
            """)
        {
            Parameters = { new() { Value = orders }, new() { Value = Archived } },
        };
        await session.ExecuteAsync(announce, cancellation);
    }

    private static async Task<List<(DateOnly, string, string, string)>> BatchesAsync(
        IDocumentSession session, Guid[] orders, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(
            "select month, stream, first_entry, body from content.event_archive where order_ids && $1 order by 1, 2, 3 for update")
        {
            Parameters = { new() { Value = orders } },
        };
        List<(DateOnly, string, string, string)> batches = [];
        await using var reader = await session.ExecuteReaderAsync(select, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var month = await reader.GetFieldValueAsync<DateOnly>(0, cancellation);
            batches.Add((month, reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        }

        return batches;
    }
}
