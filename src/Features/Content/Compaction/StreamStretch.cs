using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Npgsql;

namespace Aarya.Features.Content.Compaction;

/// <summary>The events of a stream between two times, from the archive and from the stream.</summary>
public sealed class StreamStretch(IContentStore store, StreamHistory history, Sealer sealer)
{
    private const int Page = 500;

    /// <summary>
    /// The events, in pages. The newest of the archive come again from the stream, with the same ids. An event whose person was erased is
    /// null: it lacks values that its readers need.
    /// </summary>
    /// <param name="again">
    /// For what was handled before: every event of an order whose person was erased is null, also one without personal values. It would
    /// write the id of the account again.
    /// </param>
    public async IAsyncEnumerable<IReadOnlyList<StreamRecord?>> ReadAsync(
        StreamPolicy policy, DateTimeOffset from, DateTimeOffset to, bool again, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (policy.IsArchived)
        {
            await foreach (var body in BatchesAsync(policy.Name, from, to, cancellation))
            {
                var lines = (await ArchivedEvents.UnpackAsync(body, sealer))
                    .Where(x => IsWithin(ArchivedEvents.AddedAt(x), from, to)).ToList();
                var erased = again ? await ErasedAsync(lines, cancellation) : [];
                yield return
                [
                    .. lines.Select(x => erased.Contains(x) ? null : ArchivedEvents.RecordOf(x, policy.Name, sealer)),
                ];
            }
        }

        // The position before the first entry of that millisecond.
        var after = $"{from.ToUnixTimeMilliseconds() - 1}-{ulong.MaxValue}";
        while (await history.ReadAsync(policy, after, Page) is { Count: > 0 } page)
        {
            var within = page.Where(x => IsWithin(x.AddedAt, from, to)).ToList();
            yield return again ? await WithoutErasedAsync(within, cancellation) : within;
            if (within.Count < page.Count) break;
            after = page[^1].Entry;
        }
    }

    private async Task<IReadOnlyList<StreamRecord?>> WithoutErasedAsync(List<StreamRecord> page, CancellationToken cancellation)
    {
        var lines = page.ConvertAll(x => ArchivedEvents.Of(x, sealer));
        var erased = await ErasedAsync(lines, cancellation);
        return [.. page.Zip(lines, (record, line) => erased.Contains(line) ? null : record)];
    }

    private async Task<HashSet<JsonObject>> ErasedAsync(IReadOnlyList<JsonObject> lines, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var orders = await ArchiveErasure.ErasedAsync(connection, [.. lines.Select(ArchivedEvents.OrderOf).OfType<Guid>()], cancellation);
        return [.. lines.Where(x => ArchivedEvents.OrderOf(x) is { } order && orders.Contains(order))];
    }

    private static bool IsWithin(DateTimeOffset at, DateTimeOffset from, DateTimeOffset to) => at >= from && at < to;

    private async IAsyncEnumerable<string> BatchesAsync(
        string stream, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand("""
            select body from content.event_archive
            where stream = $1 and split_part(last_entry, '-', 1)::numeric >= $2 and split_part(first_entry, '-', 1)::numeric < $3
            order by split_part(first_entry, '-', 1)::numeric
            """, connection)
        {
            Parameters =
            {
                new() { Value = stream },
                new() { Value = from.ToUnixTimeMilliseconds() },
                new() { Value = to.ToUnixTimeMilliseconds() },
            },
        };
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) yield return rows.GetString(0);
    }
}
