using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Postgres;
using Marten;
using Npgsql;
using Wolverine.Runtime.Serialization;

namespace Aarya.Infrastructure.Privacy.Rotation;

/// <summary>
/// Every column of one context's schema that may contain sealed values: documents, events, messages, answers stored under a key, plain
/// tables; not the keys that clients sent.
/// </summary>
internal sealed class SealedTables(string schema, IDocumentStore store, Sealer sealer)
{
    private const int BatchSize = 200;

    private static readonly ConcurrentDictionary<Type, bool> Personal = new();

    private readonly Dictionary<string,
        Type> documents = store.Options.AllKnownDocumentTypes().ToDictionary(x => x.TableName.Name, x => x.DocumentType);

    private readonly Dictionary<string, Type> personalEvents =
        store.EventTypesByName().Where(x => PersonalOrNull(x.Value) is not null).ToDictionary();

    /// <summary>Matches what was made with another key than the first.</summary>
    private string Stale => $"(sealed|index):(?!{sealer.Keys.First.Id}:)[A-Za-z0-9-]{{1,32}}:[A-Za-z0-9_-]{{38}}";

    private sealed record Column(string Table, string Name, string Type)
    {
        public bool IsBytes => Type == "bytea";

        public bool IsEnvelope => IsBytes && Table.StartsWith("wolverine_", StringComparison.Ordinal);

        public bool IsEvent => Table == "mt_events" && Name == "data";

        public bool IsDocument => Table.StartsWith("mt_doc_", StringComparison.Ordinal) && Name == "data";

        /// <summary>In this form ASCII characters stay the same, whatever the other bytes are.</summary>
        public string Text => IsBytes ? $"encode({Name}, 'escape')" : $"{Name}::text";
    }

    private sealed record Row(string Place, object Value, Type? Type);

    public async IAsyncEnumerable<Rotated> RenewAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        foreach (var column in await ColumnsAsync(connection, cancellation))
        {
            var renewed = 0;
            int more;
            // A row that was locked in one pass may be free in the next.
            do renewed += more = await PassAsync(connection, column, cancellation);
            while (more > 0);
            yield return new($"{schema}.{column.Table}.{column.Name}", renewed, await LeftAsync(connection, column, cancellation),
                "they were in use, or no key of ENCRYPTION_KEY opens them.");
        }
    }

    private async Task<IReadOnlyList<Column>> ColumnsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select relname::text, attname::text, format_type(atttypid, null) from pg_attribute join pg_class on pg_class.oid = attrelid
            where relnamespace = $1::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped and attgenerated = ''
              and atttypid = any ('{jsonb,json,text,varchar,bytea}'::regtype[])
              -- The client chose this key: the shop has not sealed it, even if it looks sealed.
              and not (relname = 'idempotency_key' and attname = 'key')
            order by 1, 2
            """, connection)
        {
            Parameters = { new() { Value = schema } },
        };
        List<Column> columns = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) columns.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return columns;
    }

    private async Task<int> PassAsync(NpgsqlConnection connection, Column column, CancellationToken cancellation)
    {
        var (renewed, after) = (0, "(0,0)");
        while (true)
        {
            // Locks a few rows for a few milliseconds; the versions of documents and streams do not change.
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var rows = await LockAsync(connection, column, after, cancellation);
            if (rows.Count == 0) return renewed;
            foreach (var row in rows)
            {
                if (RenewOrNull(column, row) is not { } value) continue;
                await using var update = new NpgsqlCommand(
                    $"update {schema}.{column.Table} set {column.Name} = $1::{column.Type} where ctid = $2::tid", connection, transaction)
                {
                    Parameters = { new() { Value = value }, new() { Value = row.Place } },
                };
                renewed += await update.ExecuteNonQueryAsync(cancellation);
            }

            await transaction.CommitAsync(cancellation);
            after = rows[^1].Place;
        }
    }

    private async Task<IReadOnlyList<Row>> LockAsync(NpgsqlConnection connection, Column column, string after,
        CancellationToken cancellation)
    {
        // Only the type of such a row shows whether it contains plain text that must be sealed.
        var clear = TypeOf(column) is not null ? " or true" : column.IsEvent ? " or type = any ($3)" : "";
        await using var select = new NpgsqlCommand(
            $"""
            select ctid::text, {(column.IsBytes ? column.Name : column.Text)}, {(column.IsEvent ? "type" : "null::text")}
            from {schema}.{column.Table}
            where ctid > $1::tid and ({column.Text} ~ $2{clear}) limit {BatchSize} for update skip locked
            """, connection)
        {
            Parameters = { new() { Value = after }, new() { Value = Stale } },
        };
        if (column.IsEvent) select.Parameters.Add(new() { Value = personalEvents.Keys.ToArray() });
        List<Row> rows = [];
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add(new(reader.GetString(0), reader.GetValue(1),
                await reader.IsDBNullAsync(2, cancellation) ? TypeOf(column) : personalEvents.GetValueOrDefault(reader.GetString(2))));
        return rows;
    }

    private async Task<int> LeftAsync(NpgsqlConnection connection, Column column, CancellationToken cancellation)
    {
        await using var count = new NpgsqlCommand($"select count(*)::int from {schema}.{column.Table} where {column.Text} ~ $1", connection)
        {
            Parameters = { new() { Value = Stale } },
        };
        return (int)(await count.ExecuteScalarAsync(cancellation))!;
    }

    // One value that cannot be opened must not stop the others: it stays under its key and is counted as left.
    private object? RenewOrNull(Column column, Row row)
    {
        try
        {
            return Renew(column, row);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Null when the row stays as it is.</summary>
    /// <exception cref="CryptographicException">Something in it cannot be opened.</exception>
    private object? Renew(Column column, Row row)
    {
        if (column.IsEnvelope)
        {
            var envelope = EnvelopeSerializer.Deserialize((byte[])row.Value);
            var body = Encoding.UTF8.GetString(envelope.Data!);
            var renewed = sealer.Renew(body);
            if (renewed == body) return null;
            envelope.Data = Encoding.UTF8.GetBytes(renewed);
            return EnvelopeSerializer.Serialize(envelope);
        }

        if (column.IsBytes)
        {
            var bytes = Encoding.Latin1.GetString((byte[])row.Value);
            var renewed = sealer.Renew(bytes);
            return renewed == bytes ? null : Encoding.Latin1.GetBytes(renewed);
        }

        var text = sealer.Renew((string)row.Value);
        // Plain text is sealed, and indexes are made again, by way of the type, which declares them.
        if (row.Type is not null)
        {
            var serializer = store.Options.Serializer();
            using var json = new MemoryStream(Encoding.UTF8.GetBytes(text));
            var whole = serializer.ToJson(serializer.FromJson(row.Type, json));
            if (sealer.IsStale(text) || Marks(whole) > Marks(text)) text = whole;
        }

        return text != (string)row.Value && !sealer.IsStale(text) ? text : null;
    }

    private static int Marks(string text) => text.Split("sealed:").Length + text.Split("index:").Length;

    private Type? TypeOf(Column column) =>
        column.IsDocument && documents.TryGetValue(column.Table, out var type) ? PersonalOrNull(type) : null;

    private static Type? PersonalOrNull(Type? type) => type is not null && Personal.GetOrAdd(type, x => IsPersonal(x, [])) ? type : null;

    private static bool IsPersonal(Type type, HashSet<Type> seen) => seen.Add(type) && type.GetProperties().Any(x =>
        x.IsDefined(typeof(PersonalAttribute))
            || Parts(x.PropertyType).Any(part => part.Assembly == type.Assembly && IsPersonal(part, seen)));

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? [type.GetElementType()!] : [type, .. type.GetGenericArguments()];
}
