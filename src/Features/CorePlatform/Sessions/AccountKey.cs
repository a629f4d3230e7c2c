using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Npgsql;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>
/// A generated key that all nodes of core share. It signs mailed links, refresh tokens and device tokens, and hashes the mail and network
/// addresses of sign-ins before Redis stores them.
/// </summary>
/// <param name="read">Called once, when the host starts.</param>
public sealed class AccountKey(Func<CancellationToken, Task<byte[]>> read) : StartStep
{
    private const int Size = 32;
    private byte[]? key;

    /// <summary>HMAC-SHA256.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) =>
        HMACSHA256.HashData(key ?? throw new InvalidOperationException("The account key is not loaded: start the host first."), data);

    public override async Task StartAsync(CancellationToken cancellationToken) => key = await read(cancellationToken);

    /// <summary>
    /// The key from the table <c>account_key</c>, generated once and sealed: a person who can read the database cannot forge a link.
    /// </summary>
    /// <exception cref="StartupException">It is sealed with a key that ENCRYPTION_KEY does not have.</exception>
    public static async Task<byte[]> ReadAsync(ContextDatabases databases, Sealer sealer, CancellationToken cancellation)
    {
        await using var connection = await databases.PlainPooledSourceOf(Roles.Core).OpenConnectionAsync(cancellation);
        // The first process's key stays; the others read it.
        await WriteAsync("insert into core.account_key (purpose, secret) values ('accounts', $1) on conflict do nothing",
            RandomNumberGenerator.GetBytes(Size));
        await using var select = new NpgsqlCommand("select secret from core.account_key where purpose = 'accounts'", connection);
        var kept = (byte[])(await select.ExecuteScalarAsync(cancellation))!;
        // A key that was stored before keys were sealed.
        if (kept.Length == Size)
            await WriteAsync("update core.account_key set secret = $1 where purpose = 'accounts' and length(secret) = 32", kept);
        try
        {
            return sealer.Open(kept);
        }
        catch (CryptographicException e)
        {
            throw new StartupException(
                $"{e.Message} The field is the key that signs mailed links: add the old key to ENCRYPTION_KEY, after the new one.");
        }

        async Task WriteAsync(string sql, byte[] clear)
        {
            await using var write = new NpgsqlCommand(sql, connection)
            {
                Parameters = { new() { Value = Encoding.ASCII.GetBytes(sealer.Seal(clear)) } },
            };
            await write.ExecuteNonQueryAsync(cancellation);
        }
    }
}
