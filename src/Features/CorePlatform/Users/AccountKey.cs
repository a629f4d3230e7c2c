using System.Security.Cryptography;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// A key that all nodes of core share and nobody sets: made once, kept in the table <c>account_key</c>. It signs the links in mails, and
/// stands between Redis and the addresses of those who sign in.
/// </summary>
public sealed class AccountKey(ContextDatabases databases) : IHostedService
{
    private const int Size = 32;
    private byte[]? key;

    /// <summary>HMAC-SHA256.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) =>
        HMACSHA256.HashData(key ?? throw new InvalidOperationException("The key of the accounts is read when the host starts."), data);

    // The first process's key stays; the others read it.
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(databases.Of(Roles.Core));
        await connection.OpenAsync(cancellationToken);
        await using var insert = new NpgsqlCommand("insert into core.account_key (purpose, secret) values ('accounts', $1) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = RandomNumberGenerator.GetBytes(Size) } },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await using var select = new NpgsqlCommand("select secret from core.account_key where purpose = 'accounts'", connection);
        key = (byte[])(await select.ExecuteScalarAsync(cancellationToken))!;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal static Table Table()
    {
        var table = new Table($"{Roles.Core}.account_key");
        table.AddColumn<string>("purpose").AsPrimaryKey();
        table.AddColumn("secret", "bytea").NotNull();
        return table;
    }
}
