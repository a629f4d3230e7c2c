using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Weasel.Core;
using Weasel.Core.Migrations;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// Records which definitions a context's schema is known to have, so that a process that starts need not compare every object of the
/// schema: that comparison costs PostgreSQL more than a second. A change of the schema removes the records of all other definitions.
/// </summary>
internal sealed class AppliedSchema(string schema, NpgsqlDataSource source, IReadOnlyList<IDatabase> databases)
{
    private string Table => $"{schema}.{AppliedSchemaTable.Name}";

    // The definition depends on the contexts that share the process: the schema of the first one also stores the node registry.
    private string Definition { get; } =
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(databases.Select(x => x.ToDatabaseScript())))));

    /// <summary>True when the schema was compared with exactly this definition, and has not changed since.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellation)
    {
        if (!await ExistsAsync(cancellation)) return false;
        await using var command = source.CreateCommand($"select exists(select from {Table} where definition = $1)");
        command.Parameters.Add(new() { Value = Definition });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Before the schema changes: it may no longer have any of the recorded definitions.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        if (!await ExistsAsync(cancellation)) return;
        await using var command = source.CreateCommand($"delete from {Table}");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>After the schema was compared and changed.</summary>
    public async Task RecordAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"insert into {Table} (definition) values ($1) on conflict do nothing");
        command.Parameters.Add(new() { Value = Definition });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<bool> ExistsAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.HasTableAsync(Table, cancellation);
    }
}

/// <summary>The definitions of <see cref="AppliedSchema"/>; in the schema of every context.</summary>
internal sealed class AppliedSchemaTable : Table
{
    /// <summary>The table's name within the context's schema.</summary>
    public const string Name = "applied_schema";

    public AppliedSchemaTable(string schema)
        : base(new PostgresqlObjectName(schema, Name, SchemaUtils.IdentifierUsage.General))
    {
        AddColumn("definition", "text").AsPrimaryKey();
        AddColumn("at", "timestamptz").NotNull().DefaultValueByExpression("now()");
    }
}
