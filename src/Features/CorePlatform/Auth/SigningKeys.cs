using System.Text.Json;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// The signing keys of this process, there before the first request: <c>JWT_SECRET</c> (or <c>JWT_SECRET_FILE</c>), of which the first
/// signs and all verify, or outside production a generated one in the table <c>signing_key</c>, so that restarts and several processes
/// agree. The public half of every key that signs anywhere lies in <c>verification_key</c> until its last token has ended: a process
/// that was given only a new key accepts the tokens of the old one, and the other way round.
/// </summary>
public sealed partial class SigningKeys : Worker, IVerificationKeys
{
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMinutes(1);

    // The last token was signed up to a minute after the last note of it; the rest is for a database that was away.
    private static readonly TimeSpan KeptFor = AccessToken.Lifetime + AccessToken.ClockSkew + TimeSpan.FromMinutes(5);

    private readonly IConfiguration configuration;
    private readonly IHostEnvironment environment;
    private readonly ContextDatabases databases;
    private readonly ILogger<SigningKeys> log;
    private readonly Rereading reading;
    private IReadOnlyList<SigningKey> own = [];
    private volatile IReadOnlyDictionary<string, JsonWebKey> published = new Dictionary<string, JsonWebKey>();

    public SigningKeys(IConfiguration configuration, IHostEnvironment environment, ContextDatabases databases, TimeProvider clock, ILogger<SigningKeys> log)
        : base(clock, log)
    {
        (this.configuration, this.environment, this.databases, this.log) = (configuration, environment, databases, log);
        reading = new(clock, ReadAsync);
    }

    public SigningKey Current => own is [var first, ..] ? first : throw new InvalidOperationException("The signing key is read when the host starts.");

    /// <summary>The public keys as a JWK set (RFC 7517); those of other processes at most a minute old.</summary>
    public string Jwks => JsonSerializer.Serialize(new
    {
        keys = published.Values.Select(x => new { kty = x.Kty, crv = x.Crv, x = x.X, y = x.Y, use = x.Use, alg = x.Alg, kid = x.Kid }),
    });

    /// <summary>The same, with what any process signs with at this moment.</summary>
    public async Task<Jwks> ReadJwksAsync(CancellationToken cancellation)
    {
        var isComplete = await reading.ReadAsync(cancellation);
        return new(Jwks, isComplete);
    }

    /// <inheritdoc/>
    public async ValueTask<JsonWebKey?> FindAsync(string keyId, CancellationToken cancellation)
    {
        if (published.TryGetValue(keyId, out var key)) return key;
        var isComplete = await reading.ReadAsync(cancellation);
        if (published.TryGetValue(keyId, out key)) return key;
        return isComplete ? null : throw new UnavailableException("The keys that access tokens are checked with cannot be read at this moment.", TimeSpan.FromSeconds(1));
    }

    /// <exception cref="StartupException">JWT_SECRET is absent in production, or not of P-256 keys.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var pem = environment.IsProduction()
            ? configuration.Require("JWT_SECRET", "give the PEM of an EC P-256 private key; `openssl ecparam -name prime256v1 -genkey -noout` makes one.")
            : configuration.Find("JWT_SECRET") ?? await DevelopmentPemAsync(cancellationToken);
        own = SigningKey.AllFromPem(pem);
        await NoteAsync(cancellationToken);
        await LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override TimeSpan FirstRoundAfter => BetweenNotes;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await NoteAsync(stopping);
        await LoadAsync(stopping);
        return BetweenNotes;
    }

    internal static Table Table()
    {
        var table = new Table($"{Roles.Core}.signing_key");
        table.AddColumn<string>("purpose").AsPrimaryKey();
        table.AddColumn<string>("private_pem").NotNull();
        return table;
    }

    internal static Table VerificationTable()
    {
        var table = new Table($"{Roles.Core}.verification_key");
        table.AddColumn<string>("kid").AsPrimaryKey();
        table.AddColumn<string>("x").NotNull();
        table.AddColumn<string>("y").NotNull();
        table.AddColumn<DateTimeOffset>("signed_at").NotNull();
        return table;
    }

    // Says that this process signs with its key, before it does and while it does.
    private async Task NoteAsync(CancellationToken cancellation)
    {
        var key = Current.Public;
        await using var connection = await ConnectAsync(cancellation);
        await using var note = new NpgsqlCommand(
            """
            insert into core.verification_key as k (kid, x, y, signed_at) values ($1, $2, $3, now())
            on conflict (kid) do update set signed_at = greatest(k.signed_at, excluded.signed_at)
            """, connection)
        {
            Parameters = { new() { Value = key.Kid }, new() { Value = key.X }, new() { Value = key.Y } },
        };
        await note.ExecuteNonQueryAsync(cancellation);
        await using var forget = new NpgsqlCommand("delete from core.verification_key where signed_at < now() - $1", connection) { Parameters = { new() { Value = KeptFor } } };
        await forget.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            await LoadAsync(cancellation);
            return true;
        }
        catch (Exception e) when (Outage.Is(e))
        {
            LogNotRead(e);
            return false;
        }
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var keys = own.ToDictionary(x => x.Public.Kid, x => x.Public);
        await using var connection = await ConnectAsync(cancellation);
        await using var select = new NpgsqlCommand("select x, y from core.verification_key where signed_at >= now() - $1", connection) { Parameters = { new() { Value = KeptFor } } };
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var key = SigningKey.PublicOf(reader.GetString(0), reader.GetString(1));
            keys.TryAdd(key.Kid, key);
        }

        published = keys;
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(databases.Of(Roles.Core));
        await connection.OpenAsync(cancellation);
        return connection;
    }

    // The first process's key stays; the others read it.
    private async Task<string> DevelopmentPemAsync(CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(cancellation);
        await using var insert = new NpgsqlCommand("insert into core.signing_key (purpose, private_pem) values ('development', $1) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = SigningKey.GeneratePem() } },
        };
        await insert.ExecuteNonQueryAsync(cancellation);
        await using var select = new NpgsqlCommand("select private_pem from core.signing_key where purpose = 'development'", connection);
        return (string)(await select.ExecuteScalarAsync(cancellation))!;
    }

    public override void Dispose()
    {
        reading.Dispose();
        base.Dispose();
    }

    [LoggerMessage(LogLevel.Warning, "The keys of other processes could not be read: the known ones stay good.")]
    private partial void LogNotRead(Exception e);
}
