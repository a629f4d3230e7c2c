using System.Text.Json.Nodes;
using Marten;
using Npgsql;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// Brings the documents and events of one context that an earlier version stored into the form of <see cref="StoredJson"/>. Their versions
/// do not change. A run that was stopped is repeated from its beginning: rows in the right form stay as they are.
/// </summary>
internal sealed class StoredJsonRewrite(string schema, IDocumentStore store)
{
    private const int BatchSize = 200;
    private const string Form = "camelCase, enums as words";

    private readonly Dictionary<string, Type> eventTypes = store.EventTypesByName();

    public async Task<bool> IsDoneAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        if (!await connection.HasTableAsync($"{schema}.{StoredJsonTable.Name}", cancellation)) return false;
        await using var command =
            new NpgsqlCommand($"select exists(select from {schema}.{StoredJsonTable.Name} where form = $1)", connection)
            {
                Parameters = { new() { Value = Form } },
            };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Once the tables exist: the rows have the form.</summary>
    public async Task RecordAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command =
            new NpgsqlCommand($"insert into {schema}.{StoredJsonTable.Name} (form) values ($1) on conflict do nothing", connection)
            {
                Parameters = { new() { Value = Form } },
            };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task ApplyAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        foreach (var document in store.Options.AllKnownDocumentTypes())
        {
            var table = document.TableName.QualifiedName;
            if (await connection.HasTableAsync(table, cancellation))
                await RewriteAsync(connection, table, "id", "''", _ => document.DocumentType, cancellation);
        }

        var events = $"{schema}.mt_events";
        if (await connection.HasTableAsync(events, cancellation))
            await RewriteAsync(connection, events, "seq_id", "type", eventTypes.GetValueOrDefault, cancellation);
        await DropOldIndexesAsync(connection, cancellation);
    }

    // The migration that follows creates them again. It would not do so by itself: it compares definitions without regard to case, and an
    // index on a former name finds nothing and keeps nothing unique.
    private async Task DropOldIndexesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        List<string> old = [];
        await using (var select = new NpgsqlCommand(
            "select quote_ident(indexname) from pg_indexes where schemaname = $1 and indexdef ~ '->>? ?''[A-Z]'", connection)
        {
            Parameters = { new() { Value = schema } },
        })
        await using (var rows = await select.ExecuteReaderAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation)) old.Add(rows.GetString(0));
        }

        foreach (var index in old)
        {
            await using var drop = new NpgsqlCommand($"drop index {schema}.{index}", connection);
            await drop.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task RewriteAsync(
        NpgsqlConnection connection, string table, string key, string type, Func<string, Type?> typeOf, CancellationToken cancellation)
    {
        for (object? last = null; ;)
        {
            // Locks a few rows for a few milliseconds.
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using var select = new NpgsqlCommand(
                $"""
                select {key}, data::text, {type} from {table} {(last is null ? "" : $"where {key} > $1")}
                order by {key} limit {BatchSize} for update
                """, connection);
            if (last is not null) select.Parameters.Add(new() { Value = last });
            await using var updates = new NpgsqlBatch(connection);
            await using (var rows = await select.ExecuteReaderAsync(cancellation))
            {
                last = null;
                while (await rows.ReadAsync(cancellation))
                {
                    last = rows.GetValue(0);
                    if (RewrittenOrNull(rows.GetString(1), typeOf(rows.GetString(2))) is not { } json) continue;
                    updates.BatchCommands.Add(new($"update {table} set data = $1::jsonb where {key} = $2")
                    {
                        Parameters = { new() { Value = json }, new() { Value = last } },
                    });
                }
            }

            if (last is null) return;
            if (updates.BatchCommands.Count > 0) await updates.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
    }

    // By its alias, because a type may have been renamed since; null for a type that is gone, whose events nothing reads.
    private static string? RewrittenOrNull(string json, Type? type)
    {
        if (type is null) return null;
        var node = JsonNode.Parse(json);
        var before = node!.DeepClone();
        var after = StoredJson.Rewritten(node, type);
        return JsonNode.DeepEquals(before, after) ? null : after!.ToJsonString();
    }
}
