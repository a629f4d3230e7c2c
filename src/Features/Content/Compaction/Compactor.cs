using System.Globalization;
using System.Text.Json;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Aarya.Features.Content.Compaction;

/// <summary>What was done with one stream.</summary>
/// <param name="Archived">How many events went into the archive.</param>
/// <param name="Counted">How many entries were counted into days.</param>
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
    /// <summary>The most events of one batch.</summary>
    public const int Batch = 1_000;

    private const string Beginning = "0-0";

    // While events come slowly, they wait for each other: larger batches compress better. The archive is at most this far behind.
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(15);
    private const int Enough = 200;

    private string knownPartition = "";

    /// <summary>The streams, and how long each keeps its entries.</summary>
    public IReadOnlyList<StreamPolicy> Policies => policies.All;

    /// <summary>Does all that can be done for one stream now.</summary>
    /// <param name="waits">True to leave a few young events for a later, larger batch.</param>
    /// <param name="goesOn">Asked between two steps; false ends the work.</param>
    public async Task<StreamCompacted> CompactAsync(
        StreamPolicy policy, bool waits, Func<Task<bool>> goesOn, CancellationToken cancellation)
    {
        var (archived, counted, deleted) = (0, 0, 0);
        string? position = null;
        if (policy.IsArchived || policy.Name == Streams.Analytics)
        {
            int done;
            do
            {
                (position, done) = await TakeAsync(policy, waits, cancellation);
                if (policy.IsArchived) archived += done;
                else counted += done;
            }
            while (done > 0 && await goesOn());
        }

        while (true)
        {
            var trimmed = await history.TrimAsync(policy, position);
            deleted += trimmed.Deleted;
            if (trimmed.Deleted == 0 || !await goesOn())
                return new(policy.Name, archived, counted, deleted, trimmed.Length, trimmed.OldestAt, trimmed.HeldBy);
        }
    }

    /// <summary>One batch: the position up to which all is done now, and how many entries it had.</summary>
    private async Task<(string Position, int Done)> TakeAsync(StreamPolicy policy, bool waits, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var position = await PositionAsync(connection, policy.Name, cancellation);
        var entries = await history.ReadAsync(policy.Name, position, Batch);
        if (entries.Count == 0) return (position, 0);
        if (!policy.IsArchived)
            return await MoveAsync(connection, policy.Name, position, entries[^1].Entry, entries.Count, Count(entries), cancellation);

        if (waits && entries.Count < Enough && time.GetUtcNow() - entries[0].AddedAt < Together) return (position, 0);
        // A batch is of one month.
        var month = MonthOf(entries[0]);
        entries = [.. entries.TakeWhile(x => MonthOf(x) == month)];
        await PreparePartitionAsync(connection, month, cancellation);
        return await MoveAsync(connection, policy.Name, position, entries[^1].Entry, entries.Count,
            await ArchiveAsync(connection, policy.Name, month, entries, cancellation), cancellation);
    }

    private static async Task<string> PositionAsync(NpgsqlConnection connection, string stream, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand("select position from content.stream_cursor where stream = $1", connection)
        {
            Parameters = { new() { Value = stream } },
        };
        return await select.ExecuteScalarAsync(cancellation) as string ?? Beginning;
    }

    // The whole effect is one statement: a process that stops in the middle of it holds no lock.
    private async Task<(string Position, int Done)> MoveAsync(
        NpgsqlConnection connection, string stream, string from, string to, int entries,
        (string Sql, IReadOnlyList<NpgsqlParameter> Parameters) effect, CancellationToken cancellation)
    {
        await using var move = new NpgsqlCommand(
            $"""
            with moved as (
              insert into content.stream_cursor as cursor (stream, position) values (@stream, @to)
              on conflict (stream) do update set position = excluded.position, at = now() where cursor.position = @from
              returning 1),
            {effect.Sql}
            select count(*) from moved
            """, connection);
        move.Parameters.Add(new("stream", stream));
        move.Parameters.Add(new("from", from));
        move.Parameters.Add(new("to", to));
        foreach (var parameter in effect.Parameters) move.Parameters.Add(parameter);
        try
        {
            if ((long)(await move.ExecuteScalarAsync(cancellation))! == 1) return (to, entries);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Another process has begun the same stream at the same moment.
        }

        LogOvertaken(stream, from);
        return (await PositionAsync(connection, stream, cancellation), 0);
    }

    private (string, IReadOnlyList<NpgsqlParameter>) Count(IReadOnlyList<StreamRecord> entries)
    {
        var counts = AnalyticsCounts.Of(entries, (x, e) => LogUnreadable(x.Type, x.Entry, Streams.Analytics, e));
        // In the order of their keys: two statements that count at the same time must not wait for each other's rows in a circle.
        var rows = counts.OrderBy(x => x.Key.Day).ThenBy(x => x.Key.Kind, StringComparer.Ordinal)
            .ThenBy(x => x.Key.Subject, StringComparer.Ordinal).ToList();
        return (
            """
            counted as (
              insert into content.analytics_day as day (day, kind, subject, source, device, count)
              select row.* from unnest(@days, @kinds, @subjects, @sources, @devices, @counts) as row, moved
              on conflict (day, kind, subject, source, device) do update set count = day.count + excluded.count)
            """,
            [
                new("days", rows.Select(x => x.Key.Day).ToArray()), new("kinds", rows.Select(x => x.Key.Kind).ToArray()),
                new("subjects", rows.Select(x => x.Key.Subject).ToArray()), new("sources", rows.Select(x => x.Key.Source).ToArray()),
                new("devices", rows.Select(x => x.Key.Device).ToArray()), new("counts", rows.Select(x => x.Value).ToArray()),
            ]);
    }

    private async Task<(string, IReadOnlyList<NpgsqlParameter>)> ArchiveAsync(
        NpgsqlConnection connection, string stream, DateOnly month, IReadOnlyList<StreamRecord> entries, CancellationToken cancellation)
    {
        // A sender that got no confirmation has added an event twice.
        var known = await KnownAsync(connection, [.. entries.Select(x => x.EventId)], cancellation);
        var events = entries.Where(x => known.Add(x.EventId)).ToList();
        var lines = events.ConvertAll(x => ArchivedEvents.Of(x, sealer));
        var orders = lines.Select(ArchivedEvents.OrderOf).OfType<Guid>().Distinct().Order().ToArray();
        var erased = await ErasedAsync(connection, orders, cancellation);
        var snapshots = await SnapshotsAsync(connection, orders, cancellation);
        foreach (var (line, record) in lines.Zip(events))
        {
            if (ArchivedEvents.OrderOf(line) is not { } order) continue;
            if (erased.Contains(order)) ArchivedEvents.Forget(line);
            snapshots[order] = Folded(snapshots.GetValueOrDefault(order) ?? new(order), stream, record);
        }

        return (
            """
            processed as (
              insert into content.processed_event (grp, event_id) select 'archive', id from unnest(@events) as id, moved),
            archived as (
              insert into content.event_archive (month, stream, first_entry, last_entry, events, order_ids, body)
              select @month, @stream, @first, @to, cardinality(@events), @orders, @body from moved where cardinality(@events) > 0),
            snapshot as (
              insert into content.order_snapshot (order_id, data)
              select row.* from unnest(@snapshot_ids, @snapshots) as row, moved
              on conflict (order_id) do update set data = excluded.data)
            """,
            [
                new("events", events.Select(x => x.EventId).ToArray()), new("month", month), new("first", entries[0].Entry),
                new("orders", orders), new("body", ArchivedEvents.Pack(lines, sealer)),
                new("snapshot_ids", snapshots.Keys.ToArray()),
                new("snapshots", NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
                {
                    Value = snapshots.Values.Select(x => JsonSerializer.Serialize(x, StreamJson.Options)).ToArray(),
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
        catch (JsonException e)
        {
            LogUnreadable(record.Type, record.Entry, stream, e);
            return snapshot;
        }
    }

    private static async Task<HashSet<Guid>> KnownAsync(NpgsqlConnection connection, Guid[] events, CancellationToken cancellation) =>
        await IdsAsync(connection, "select event_id from content.processed_event where grp = 'archive' and event_id = any ($1)", events,
            cancellation);

    private static async Task<HashSet<Guid>> ErasedAsync(NpgsqlConnection connection, Guid[] orders, CancellationToken cancellation) =>
        await IdsAsync(connection, "select order_id from content.erased_order where order_id = any ($1)", orders, cancellation);

    private static async Task<HashSet<Guid>> IdsAsync(NpgsqlConnection connection, string sql, Guid[] ids, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = ids } } };
        HashSet<Guid> found = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) found.Add(reader.GetGuid(0));
        return found;
    }

    private static async Task<SortedDictionary<Guid, OrderSnapshot>> SnapshotsAsync(
        NpgsqlConnection connection, Guid[] orders, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand(
            "select order_id, data::text from content.order_snapshot where order_id = any ($1)", connection)
        {
            Parameters = { new() { Value = orders } },
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

    [LoggerMessage(LogLevel.Information, "Another process has compacted {Stream} after {Position} at the same time.")]
    private partial void LogOvertaken(string stream, string position);
}
