using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Telemetry;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Features.CorePlatform.Auth.Keys;

/// <summary>
/// Records since when the keys have been in use that sign access tokens and seal personal fields, so that operators see how old they are.
/// </summary>
public sealed class KeysInUse(
    SigningKeys signing, Sealer sealer, ContextDatabases databases, TimeProvider time, ILogger<KeysInUse> log) : Worker(time, log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Of several keys for one purpose, as in a rotation, the oldest that a process has used in the last three minutes.</summary>
    internal static readonly DatabaseGauge Age = new("aarya_key_age_seconds",
        "Time since the key in use first signed access tokens, or sealed personal fields.",
        """
        select max(extract(epoch from now() - first_used_at))::float8, purpose from core.key_use
        where last_used_at > now() - interval '3 minutes' group by purpose
        """, "purpose");

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await using var note = databases.PlainPooledSourceOf(Roles.Core).CreateCommand("""
            insert into core.key_use as k (purpose, name, first_used_at, last_used_at)
            values ('signing', $1, now(), now()), ('sealing', $2, now(), now())
            on conflict (purpose, name) do update set last_used_at = greatest(k.last_used_at, excluded.last_used_at)
            """);
        note.Parameters.Add(new() { Value = signing.Current.Public.Kid });
        note.Parameters.Add(new() { Value = sealer.Keys.First.Id });
        await note.ExecuteNonQueryAsync(stopping);
        return Interval;
    }
}
