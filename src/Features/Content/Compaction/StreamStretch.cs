using System.Runtime.CompilerServices;
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
    public async IAsyncEnumerable<IReadOnlyList<StreamRecord?>> ReadAsync(
        StreamPolicy policy, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (policy.IsArchived)
        {
            await foreach (var body in BatchesAsync(policy.Name, from, to, cancellation))
            {
                var lines = await ArchivedEvents.UnpackAsync(body, sealer);
                yield return
                [
                    .. lines.Where(x => IsWithin(ArchivedEvents.AddedAt(x), from, to))
                        .Select(x => ArchivedEvents.RecordOf(x, policy.Name, sealer)),
                ];
            }
        }

        // The position before the first entry of that millisecond.
        var after = $"{from.ToUnixTimeMilliseconds() - 1}-{ulong.MaxValue}";
        while (await history.ReadAsync(policy, after, Page) is { Count: > 0 } page)
        {
            var within = page.Where(x => IsWithin(x.AddedAt, from, to)).ToList();
            yield return within;
            if (within.Count < page.Count) break;
            after = page[^1].Entry;
        }
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
