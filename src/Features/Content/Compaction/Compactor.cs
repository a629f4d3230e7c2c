using System.Globalization;
using System.Text.Json;
using Aarya.Features.Content.Analytics;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Aarya.Features.Content.Compaction;

/// <summary>What was done with one stream.</summary>
/// <param name="Archived">How many entries of an archived stream were read, duplicates included.</param>
/// <param name="Counted">How many entries of a counted stream were read.</param>
/// <param name="Deleted">How many entries were deleted.</param>
/// <param name="Length">How many entries are left.</param>
/// <param name="OldestAt">When the oldest entry that is left was added.</param>
/// <param name="HeldBy">Who needs an entry that is too old or too many (<see cref="StreamTrimmed.HeldBy"/>).</param>
public sealed record StreamCompacted(
    string Stream, int Archived, int Counted, int Deleted, long Length, DateTimeOffset? OldestAt, string HeldBy);

/// <summary>
/// Keeps the streams short: archives or counts their entries, and then deletes those that are too old or too many. An effect and the
/// position up to which it reaches are written in one statement, and only if the position is still the one that was read. So a crash at any
/// step, and another process that does the same at the same time, neither loses nor repeats anything.
/// </summary>
public sealed partial class Compactor(
    IContentStore store, StreamHistory history, StreamPolicies policies, Sealer sealer, TimeProvider time, ILogger<Compactor> log)
{
    // The most entries of one batch. The statements of a batch cost the same, whatever is in it.
    private const int Archived = 1_000;
    private const int Counted = 5_000;

    private const string Beginning = "0-0";

    // While events come slowly, they wait for each other: larger batches compress better. The archive is at most this far behind.
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(15);
    private const int Enough = 200;

    private string knownPartition = "";

    /// <summary>The streams, or their parts, and how long each keeps its entries.</summary>
    public IReadOnlyList<StreamPolicy> Policies => policies.Parts;

    /// <summary>Prepares the counts; call it before the first <see cref="CompactAsync"/> of a turn.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await CountRows.SumAgainAsync(connection, cancellation);
    }

    /// <summary>Does all that can be done for one stream now.</summary>
    /// <param name="waits">True to leave a few young events for a later, larger batch.</param>
    /// <param name="goesOn">Asked after each step; when it is false, at most one trim follows.</param>
    public async Task<StreamCompacted> CompactAsync(
        StreamPolicy policy, bool waits, Func<Task<bool>> goesOn, CancellationToken cancellation)
    {
        var (archived, counted, deleted) = (0, 0, 0);
        string? position = null;
        if (policy.IsArchived || policy.IsCounted)
        {
            bool isMore;
            do
            {
                (position, var done, isMore) = await TakeAsync(policy, waits, cancellation);
                if (policy.IsArchived) archived += done;
                else counted += done;
            }
            while (isMore && await goesOn());
            if (policy.IsCounted) await CountLostAsync(policy, cancellation);
        }

        while (true)
        {
            var trimmed = await history.TrimAsync(policy, position);
            deleted += trimmed.Deleted;
            // Not until there is nothing: in a busy shop there is always one entry more, and the other streams would wait.
            if (trimmed.Deleted < StreamHistory.DeletedAtOnce || !await goesOn())
                return new(policy.PartName, archived, counted, deleted, trimmed.Length, trimmed.OldestAt, trimmed.HeldBy);
        }
    }

    /// <summary>One batch: the position up to which all is done now, how many entries it had, and whether more of them wait.</summary>
    private async Task<(string Position, int Done, bool IsMore)> TakeAsync(StreamPolicy policy, bool waits, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var (position, erasures) = await PositionAsync(connection, policy.PartName, cancellation);
        var most = policy.IsArchived ? Archived : Counted;
        var entries = await history.ReadAsync(policy, position, most);
        if (entries.Count == 0) return (position, 0, false);
        var isMore = entries.Count == most;
        if (!policy.IsArchived)
        {
            var counted = await CountRows.EffectAsync(connection, CountsOf(entries, policy.PartName), cancellation);
            return await MoveAsync(connection, policy.PartName, position, erasures, entries[^1].Entry, [counted], cancellation) is { } moved
                ? (moved, entries.Count, isMore)
                : (position, 0, false);
        }

        if (waits && entries.Count < Enough && time.GetUtcNow() - entries[0].AddedAt < Together) return (position, 0, false);
        // A batch is of one month.
        var month = MonthOf(entries[0]);
        isMore |= MonthOf(entries[^1]) != month;
        entries = [.. entries.TakeWhile(x => MonthOf(x) == month)];
        await PreparePartitionAsync(connection, month, cancellation);
        // A sender that got no confirmation has added an event twice.
        var known = await KnownAsync(connection, [.. entries.Select(x => x.EventId)], cancellation);
        var events = entries.Where(x => known.Add(x.EventId)).ToList();
        Effect[] effects =
        [
            await ArchiveAsync(connection, policy.PartName, month, entries[0].Entry, events, cancellation),
            await CountRows.EffectAsync(connection, CountsOf(events, policy.PartName), cancellation),
        ];
        return await MoveAsync(connection, policy.PartName, position, erasures, entries[^1].Entry, effects, cancellation) is { } archivedTo
            ? (archivedTo, entries.Count, isMore)
            : (position, 0, false);
    }

    // Redis has the sum since it was new; the position is the sum that is counted.
    private async Task CountLostAsync(StreamPolicy policy, CancellationToken cancellation)
    {
        var stream = policy.PartName;
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var (position, erasures) = await PositionAsync(connection, $"{stream}:lost", cancellation);
        var lost = await history.LostAsync(policy);
        var before = position == Beginning ? 0 : double.Parse(position, CultureInfo.InvariantCulture);
        if (lost == before) return;
        var counts = new AnalyticsCounts();
        // A new Redis counts from zero again.
        counts.Add(time.GetUtcNow(), CountKinds.Lost, "", lost > before ? lost - before : lost);
        if (lost > before) LogLost(stream, lost - before);
        await MoveAsync(connection, $"{stream}:lost", position, erasures, lost.ToString("R", CultureInfo.InvariantCulture),
            [await CountRows.EffectAsync(connection, counts, cancellation)], cancellation);
    }

    private static async Task<(string Position, long Erasures)> PositionAsync(
        NpgsqlConnection connection, string stream, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand("select position, erasures from content.stream_cursor where stream = $1", connection)
        {
            Parameters = { new() { Value = stream } },
        };
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetString(0), reader.GetInt64(1)) : (Beginning, 0);
    }

    // The whole effect is one statement: a process that stops in the middle of it holds no lock. Null when it had no effect, because
    // another process has moved the position or a person was erased since the position was read.
    private async Task<string?> MoveAsync(NpgsqlConnection connection, string stream, string from, long erasures, string to,
        IReadOnlyList<Effect> effects, CancellationToken cancellation)
    {
        await using var move = new NpgsqlCommand(
            $"""
            with moved as (
              insert into content.stream_cursor as cursor (stream, position) values (@stream, @to)
              on conflict (stream) do update set position = excluded.position, at = now()
              where cursor.position = @from and cursor.erasures = @erasures
              returning 1),
            {string.Join(",\n", effects.Select(x => x.Sql))}
            select count(*) from moved
            """, connection);
        move.Parameters.Add(new("stream", stream));
        move.Parameters.Add(new("from", from));
        move.Parameters.Add(new("erasures", erasures));
        move.Parameters.Add(new("to", to));
        foreach (var parameter in effects.SelectMany(x => x.Parameters)) move.Parameters.Add(parameter);
        if ((long)(await move.ExecuteScalarAsync(cancellation))! == 1) return to;
        LogOvertaken(stream, from);
        return null;
    }

    private AnalyticsCounts CountsOf(IReadOnlyList<StreamRecord> entries, string stream)
    {
        var counts = new AnalyticsCounts();
        foreach (var entry in entries)
        {
            try
            {
                counts.Add(entry);
            }
            catch (Exception e) when (e is JsonException or ArgumentException or FormatException or InvalidOperationException)
            {
                LogUnreadable(entry.Type, entry.Entry, stream, e);
            }
        }

        return counts;
    }

    private async Task<Effect> ArchiveAsync(NpgsqlConnection connection, string stream, DateOnly month, string first,
        List<StreamRecord> events, CancellationToken cancellation)
    {
        var lines = events.ConvertAll(x => ArchivedEvents.Of(x, sealer));
        var orders = lines.Select(ArchivedEvents.OrderOf).OfType<Guid>().Distinct().Order().ToArray();
        var erased = await ArchiveErasure.ErasedAsync(connection, orders, cancellation);
        var snapshots = await SnapshotsAsync(connection, stream, orders, cancellation);
        foreach (var (line, record) in lines.Zip(events))
        {
            if (ArchivedEvents.OrderOf(line) is not { } order) continue;
            if (erased.Contains(order)) ArchivedEvents.Forget(line);
            snapshots[order] = Folded(snapshots.GetValueOrDefault(order) ?? new(order), stream, record);
        }

        return new(
            """
            processed as (
              insert into content.processed_event (grp, event_id) select 'archive', id from unnest(@events) as id, moved),
            archived as (
              insert into content.event_archive (month, stream, first_entry, last_entry, events, order_ids, body)
              select @month, @stream, @first, @to, cardinality(@events), @orders, @body from moved where cardinality(@events) > 0),
            snapshot as (
              insert into content.order_snapshot (order_id, stream, data)
              select row.id, @stream, row.data from unnest(@snapshot_ids, @snapshots) as row (id, data), moved
              on conflict (order_id, stream) do update set data = excluded.data)
            """,
            [
                new("events", events.Select(x => x.EventId).ToArray()), new("month", month), new("first", first),
                new("orders", orders), new("body", ArchivedEvents.Pack(lines, sealer)),
                new("snapshot_ids", snapshots.Keys.ToArray()),
                new("snapshots", NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
                {
                    // PostgreSQL's jsonb has no NUL.
                    Value = snapshots.Values.Select(x => JsonSerializer.Serialize(x, StreamJson.Options)
                        .Replace("\\u0000", "", StringComparison.Ordinal)).ToArray(),
                },
            ]);
    }

    private OrderSnapshot Folded(OrderSnapshot snapshot, string stream, StreamRecord record)
    {
        try
        {
            using var body = JsonDocument.Parse(record.Fields["body"]);
            return snapshot.With(record.Type, body.RootElement);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException or InvalidOperationException)
        {
            LogUnreadable(record.Type, record.Entry, stream, e);
            return snapshot;
        }
    }

    private static async Task<HashSet<Guid>> KnownAsync(NpgsqlConnection connection, Guid[] events, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(
            "select event_id from content.processed_event where grp = 'archive' and event_id = any ($1)", connection)
        {
            Parameters = { new() { Value = events } },
        };
        HashSet<Guid> found = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) found.Add(reader.GetGuid(0));
        return found;
    }

    private static async Task<SortedDictionary<Guid, OrderSnapshot>> SnapshotsAsync(
        NpgsqlConnection connection, string stream, Guid[] orders, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(
            "select order_id, data::text from content.order_snapshot where order_id = any ($1) and stream = $2", connection)
        {
            Parameters = { new() { Value = orders }, new() { Value = stream } },
        };
        SortedDictionary<Guid, OrderSnapshot> snapshots = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            snapshots[reader.GetGuid(0)] =
                JsonSerializer.Deserialize<OrderSnapshot>(reader.GetString(1), StreamJson.Options)!;
        }

        return snapshots;
    }

    private async Task PreparePartitionAsync(NpgsqlConnection connection, DateOnly month, CancellationToken cancellation)
    {
        var name = $"event_archive_{month.ToString("yyyy_MM", CultureInfo.InvariantCulture)}";
        if (knownPartition == name) return;
        await using var create = new NpgsqlCommand(
            $"""
            create table if not exists content.{name} partition of content.event_archive
            for values from ('{Text(month)}') to ('{Text(month.AddMonths(1))}')
            """, connection);
        try
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable)
        {
            // Another process has made it at the same moment.
        }

        knownPartition = name;

        static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static DateOnly MonthOf(StreamRecord entry) => new(entry.AddedAt.UtcDateTime.Year, entry.AddedAt.UtcDateTime.Month, 1);

    [LoggerMessage(LogLevel.Warning, "{Type}, the entry {Entry} of {Stream}, cannot be read: no count and no snapshot has it.")]
    private partial void LogUnreadable(string type, string entry, string stream, Exception e);

    [LoggerMessage(LogLevel.Warning, "{Stream} was full: {Lost} events were left out since the last count.")]
    private partial void LogLost(string stream, double lost);

    [LoggerMessage(LogLevel.Information,
        "Another process has compacted {Stream} after {Position}, or a person was erased: the batch is read again.")]
    private partial void LogOvertaken(string stream, string position);
}

/// <summary>A part of the statement that moves the position of a stream; it takes effect only if the position was moved.</summary>
internal sealed record Effect(string Sql, IReadOnlyList<NpgsqlParameter> Parameters);
