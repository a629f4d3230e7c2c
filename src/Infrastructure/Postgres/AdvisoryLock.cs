using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Marten;
using Npgsql;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// PostgreSQL's advisory locks, by name: work under one name runs one after the other, in all processes that use the database. Locks of a
/// transaction end with it and work through a pooler; <see cref="CommandTurn"/> has those that a command holds while it runs.
/// </summary>
public static class AdvisoryLock
{
    /// <summary>Begins the session's transaction, waits for the lock, and holds it until the transaction ends.</summary>
    public static async Task LockAsync(this IDocumentSession session, string name, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock($1)") { Parameters = { new() { Value = KeyOf(name) } } };
        await session.ExecuteAsync(command, cancellation);
    }

    /// <summary>Waits for the lock, as a part of a transaction's batch: the next command sees what its last holder has committed.</summary>
    public static NpgsqlBatchCommand Waiting(string name) =>
        new("select pg_advisory_xact_lock($1)") { Parameters = { new() { Value = KeyOf(name) } } };

    /// <summary>The same without waiting: one row says whether the transaction has the lock.</summary>
    public static NpgsqlBatchCommand Trying(string name) =>
        new("select pg_try_advisory_xact_lock($1)") { Parameters = { new() { Value = KeyOf(name) } } };

    /// <summary>Waits for the lock and holds it until the connection is closed, which therefore may not be a pool's.</summary>
    public static async Task LockAsync(this NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_lock($1)", connection)
        {
            Parameters = { new() { Value = KeyOf(name) } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // Hashed here and not by PostgreSQL: a name may contain an address, and the log of statements must not.
    private static long KeyOf(string name) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
