using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Marten;
using Npgsql;

namespace Aarya.Infrastructure.Idempotency;

/// <summary>A key, the caller that it belongs to, and the hash of the request that was sent with it.</summary>
public sealed record KeyClaim(string Subject, string Key, byte[] RequestHash);

/// <summary>The first answer to a keyed request.</summary>
/// <param name="RequestHash">The hash of the request that was answered.</param>
/// <param name="Status">An HTTP status; of an RPC 200.</param>
public sealed record KeyedAnswer(byte[] RequestHash, int Status, string? ContentType, string? Location, string? ETag, byte[] Body)
{
    /// <summary>Whether it answers this request, or another one with the same key.</summary>
    public bool Answers(KeyClaim claim) => CryptographicOperations.FixedTimeEquals(RequestHash, claim.RequestHash);
}

/// <summary>
/// The answers to the keyed requests of one context. A key is claimed in the transaction that carries the effect, and the answer is stored
/// in it: both happen or neither does. HTTP and gRPC share the keys of a caller.
/// </summary>
public static class KeyedAnswers
{
    private const string Columns = "request_hash, status, content_type, location, etag, body";

    /// <summary>The answer that is stored already, without claiming the key; null when there is none yet.</summary>
    public static async Task<KeyedAnswer?> FindAsync(IQuerySession session, KeyClaim claim, Sealer sealer, CancellationToken cancellation)
    {
        await using var select = new NpgsqlCommand($"select {Columns} from {TableOf(session)} where subject = $1 and key = $2")
        {
            Parameters = { new() { Value = claim.Subject }, new() { Value = claim.Key } },
        };
        await using var reader = await session.ExecuteReaderAsync(select, cancellation);
        return await ReadAsync(reader, sealer, cancellation);
    }

    /// <summary>Claims the key until the session's transaction ends, and reads the answer that is stored already.</summary>
    /// <returns>Whether the key is claimed; false while another transaction has it.</returns>
    public static async Task<(bool Mine, KeyedAnswer? Answer)> ClaimAsync(
        IDocumentSession session, KeyClaim claim, Sealer sealer, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        var table = TableOf(session);
        // Two statements in one round trip: the second sees what the lock's last holder has committed.
        await using var batch = new NpgsqlBatch(session.Connection)
        {
            BatchCommands =
            {
                AdvisoryLock.Trying(LockOf(table, claim)),
                new($"select {Columns} from {table} where subject = $1 and key = $2")
                {
                    Parameters = { new() { Value = claim.Subject }, new() { Value = claim.Key } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var mine = reader.GetBoolean(0);
        await reader.NextResultAsync(cancellation);
        return (mine, await ReadAsync(reader, sealer, cancellation));
    }

    /// <summary>Stores the answer, once the session saves. It is sealed: it contains the name and address of a recipient.</summary>
    public static void Store(IDocumentSession session, KeyClaim claim, KeyedAnswer answer, Sealer sealer) => session.QueueSqlCommand(
        $"insert into {TableOf(session)} (subject, key, {Columns}) values (?, ?, ?, ?, ?, ?, ?, ?)",
        claim.Subject, claim.Key, claim.RequestHash, answer.Status, OrNull(answer.ContentType), OrNull(answer.Location),
        OrNull(answer.ETag), Encoding.ASCII.GetBytes(sealer.Seal(answer.Body)));

    private static string TableOf(IQuerySession session) =>
        $"{session.DocumentStore.Options.DatabaseSchemaName}.{IdempotencyKeyTable.Name}";

    // One advisory lock per key, held until the transaction ends: a second request with the key finds it taken.
    private static string LockOf(string table, KeyClaim claim) => $"{table}\n{claim.Subject}\n{claim.Key}";

    private static object OrNull(string? text) => (object?)text ?? DBNull.Value;

    private static async Task<KeyedAnswer?> ReadAsync(System.Data.Common.DbDataReader reader, Sealer sealer, CancellationToken cancellation)
    {
        if (!await reader.ReadAsync(cancellation)) return null;
        var body = sealer.Open(await reader.GetFieldValueAsync<byte[]>(5, cancellation));
        return new(await reader.GetFieldValueAsync<byte[]>(0, cancellation), reader.GetInt32(1), TextAt(2), TextAt(3), TextAt(4), body);

        string? TextAt(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
