using System.Text.Json;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// The signing key of this process, there before the first request: <c>JWT_SECRET</c> (or <c>JWT_SECRET_FILE</c>), or outside production
/// a generated one in the table <c>signing_key</c>, so that restarts and several processes agree.
/// </summary>
public sealed class SigningKeys(IConfiguration configuration, IHostEnvironment environment, ContextDatabases databases) : IVerificationKeys, IHostedService
{
    private SigningKey? current;
    private string jwks = "";

    public SigningKey Current => current ?? throw new InvalidOperationException("The signing key is read when the host starts.");

    /// <summary>The public keys as a JWK set (RFC 7517).</summary>
    public string Jwks => jwks;

    public ValueTask<JsonWebKey?> FindAsync(string keyId, CancellationToken cancellation) =>
        ValueTask.FromResult(keyId == Current.Public.Kid ? Current.Public : null);

    /// <exception cref="StartupException">JWT_SECRET is absent in production, or no P-256 key.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var pem = environment.IsProduction()
            ? configuration.Require("JWT_SECRET", "give the PEM of an EC P-256 private key; `openssl ecparam -name prime256v1 -genkey -noout` makes one.")
            : configuration.Find("JWT_SECRET") ?? await DevelopmentPemAsync(cancellationToken);
        current = SigningKey.FromPem(pem);
        var key = current.Public;
        jwks = JsonSerializer.Serialize(new { keys = new[] { new { kty = key.Kty, crv = key.Crv, x = key.X, y = key.Y, use = key.Use, alg = key.Alg, kid = key.Kid } } });
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal static Table Table()
    {
        var table = new Table($"{Roles.Core}.signing_key");
        table.AddColumn<string>("purpose").AsPrimaryKey();
        table.AddColumn<string>("private_pem").NotNull();
        return table;
    }

    // The first process's key stays; the others read it.
    private async Task<string> DevelopmentPemAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(databases.Of(Roles.Core));
        await connection.OpenAsync(cancellation);
        await using var insert = new NpgsqlCommand("insert into core.signing_key (purpose, private_pem) values ('development', $1) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = SigningKey.GeneratePem() } },
        };
        await insert.ExecuteNonQueryAsync(cancellation);
        await using var select = new NpgsqlCommand("select private_pem from core.signing_key where purpose = 'development'", connection);
        return (string)(await select.ExecuteScalarAsync(cancellation))!;
    }
}
