using System.Text.Json;
using Aarya.Features.CorePlatform.Options;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Security;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Aarya.Features.CorePlatform.Auth.Keys;

/// <summary>
/// The signing keys of this process, loaded before the first request: those of <c>JWT_SECRET</c> (or <c>JWT_SECRET_FILE</c>), of which the
/// first signs and all verify. Without the setting, outside production, it is a generated key in the table <c>signing_key</c>, which
/// restarts and other processes share. The table <c>verification_key</c> holds the public half of every key that signs until its last token
/// has expired, so that a process with only the new key accepts tokens of the old one, and the reverse. A process publishes a new key, and
/// signs with it when every process has had the time to read it.
/// </summary>
public sealed class SigningKeys : Worker, IVerificationKeys
{
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMinutes(1);

    // The last token may be signed up to a minute after the last note of its key; the rest allows for an outage of the database.
    private static readonly TimeSpan KeptFor = AccessToken.Lifetime + AccessToken.ClockSkew + TimeSpan.FromMinutes(5);

    private readonly CoreOptions options;
    private readonly ContextDatabases databases;
    private readonly KnownKeys known;
    private IReadOnlyList<SigningKey> own = [];
    private long noted;

    public SigningKeys(CoreOptions options, ContextDatabases databases, TimeProvider clock, ILogger<SigningKeys> log)
        : base(clock, log)
    {
        (this.options, this.databases) = (options, databases);
        known = new(clock);
    }

    public SigningKey Current =>
        own is [var first, ..] ? first : throw new InvalidOperationException("The signing key is not loaded: start the host first.");

    /// <summary>The public keys as a JWK set (RFC 7517); those of other processes as of up to a second ago.</summary>
    public Jwks Jwks => new(
        JsonSerializer.Serialize(
            new JwkSet([.. known.All.Select(x => new Jwk(x.Kty, x.Crv, x.X, x.Y, x.Use, x.Alg, x.Kid))]), AaryaJson.Options),
        known.IsComplete);

    /// <inheritdoc/>
    public JsonWebKey? Find(string keyId) => known.Find(keyId);

    /// <inheritdoc/>
    public bool AreComplete => known.IsComplete;

    /// <exception cref="StartupException">JWT_SECRET is not set in production, or is not of P-256 keys.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var pem = options.SigningKeys ?? await DevelopmentPemAsync(cancellationToken);
        own = SigningKey.AllFromPem(pem);
        // The other processes must have the key before they receive a token that it signed.
        if (await NoteAsync(cancellationToken)) await Task.Delay(KnownKeys.PublishedBefore, Time, cancellationToken);
        noted = Time.GetTimestamp();
        await LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    // The keys that StartAsync read must still be complete when the process takes its first request, however long the rest starts.
    protected override bool WaitsForHost => false;

    protected override TimeSpan FirstRoundAfter => KnownKeys.BetweenReadings;

    protected override TimeSpan LongestPause => KnownKeys.BetweenReadings;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await LoadAsync(stopping);
        if (Time.GetElapsedTime(noted) >= BetweenNotes)
        {
            await NoteAsync(stopping);
            noted = Time.GetTimestamp();
        }

        return KnownKeys.BetweenReadings;
    }

    // Records that this process signs with its key, before it does and while it does. True when the key is new and another key already
    // signs.
    private async Task<bool> NoteAsync(CancellationToken cancellation)
    {
        var key = Current.Public;
        await using var connection = await databases.PlainPooledSourceOf(Roles.Core).OpenConnectionAsync(cancellation);
        await using var note = new NpgsqlCommand(
            """
            insert into core.verification_key as k (kid, x, y, signed_at) values ($1, $2, $3, now())
            on conflict (kid) do update set signed_at = greatest(k.signed_at, excluded.signed_at)
            returning k.xmax = 0 and exists (select from core.verification_key o where o.kid <> k.kid and o.signed_at >= now() - $4)
            """, connection)
        {
            Parameters = { new() { Value = key.Kid }, new() { Value = key.X }, new() { Value = key.Y }, new() { Value = KeptFor } },
        };
        var isNewBesideAnother = (bool)(await note.ExecuteScalarAsync(cancellation))!;
        await using var forget = new NpgsqlCommand("delete from core.verification_key where signed_at < now() - $1", connection)
        {
            Parameters = { new() { Value = KeptFor } },
        };
        await forget.ExecuteNonQueryAsync(cancellation);
        return isNewBesideAnother;
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var began = Time.GetTimestamp();
        var keys = own.ToDictionary(x => x.Public.Kid, x => x.Public, StringComparer.Ordinal);
        await using var connection = await databases.PlainPooledSourceOf(Roles.Core).OpenConnectionAsync(cancellation);
        await using var select = new NpgsqlCommand("select x, y from core.verification_key where signed_at >= now() - $1", connection)
        {
            Parameters = { new() { Value = KeptFor } },
        };
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var key = SigningKey.PublicOf(reader.GetString(0), reader.GetString(1));
            keys.TryAdd(key.Kid, key);
        }

        known.Replace(keys, began);
    }

    // The first process's key stays; the others read it.
    private async Task<string> DevelopmentPemAsync(CancellationToken cancellation)
    {
        await using var connection = await databases.PlainPooledSourceOf(Roles.Core).OpenConnectionAsync(cancellation);
        await using var insert = new NpgsqlCommand(
            "insert into core.signing_key (purpose, private_pem) values ('development', $1) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = SigningKey.GeneratePem() } },
        };
        await insert.ExecuteNonQueryAsync(cancellation);
        await using var select = new NpgsqlCommand("select private_pem from core.signing_key where purpose = 'development'", connection);
        return (string)(await select.ExecuteScalarAsync(cancellation))!;
    }
}
