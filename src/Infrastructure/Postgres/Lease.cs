using Marten;
using Npgsql;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// Work that one process does at a time, for as long as it renews its lease. A process that has died or stands still loses it when it ends,
/// by the clock of PostgreSQL. One that wakes up late may still believe for a moment that it has the lease: so the work itself must be
/// harmless when two processes do it.
/// </summary>
/// <param name="schema">The schema of the context, which has a <see cref="LeaseTable"/>.</param>
/// <param name="name">The work.</param>
/// <param name="length">How long a lease lasts; renew it more often.</param>
public sealed class Lease(IDocumentStore store, string schema, string name, TimeSpan length)
{
    private readonly Guid holder = Guid.NewGuid();

    /// <summary>Takes the lease, or renews it; false when another process has it.</summary>
    public async Task<bool> HoldAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var hold = new NpgsqlCommand(
            $"""
            insert into {schema}.lease as lease (name, holder, ends_at) values ($1, $2, now() + $3)
            on conflict (name) do update set holder = excluded.holder, ends_at = excluded.ends_at
            where lease.holder = excluded.holder or lease.ends_at < now()
            """, connection)
        {
            Parameters = { new() { Value = name }, new() { Value = holder }, new() { Value = length } },
        };
        return await hold.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Ends the lease, if this process has it: another one need not wait for its end.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var release = new NpgsqlCommand($"delete from {schema}.lease where name = $1 and holder = $2", connection)
        {
            Parameters = { new() { Value = name }, new() { Value = holder } },
        };
        await release.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>The leases of one context.</summary>
public sealed class LeaseTable : Table
{
    public LeaseTable(string schema) : base(new PostgresqlObjectName(schema, "lease", SchemaUtils.IdentifierUsage.General))
    {
        AddColumn("name", "text").AsPrimaryKey();
        AddColumn("holder", "uuid").NotNull();
        AddColumn("ends_at", "timestamptz").NotNull();
    }
}
