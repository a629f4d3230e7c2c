using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Infrastructure.Idempotency;

/// <summary>Deletes keys after <see cref="Lifetime"/>, so that the tables contain only about three days of requests.</summary>
public sealed class IdempotencyKeyExpiry(
    ActiveContexts contexts, ContextDatabases databases, TimeProvider time, ILogger<IdempotencyKeyExpiry> logger)
    : Worker(time, logger)
{
    /// <summary>How long a repeated request gets its old answer.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(3);

    private const int BatchSize = 5000;

    private static readonly TimeSpan Pace = TimeSpan.FromHours(1);

    protected override TimeSpan FirstRoundAfter => Pace;

    protected override TimeSpan LongestPause => TimeSpan.FromMinutes(10);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await ForgetAsync(stopping);
        return Pace;
    }

    /// <summary>Deletes expired keys in small transactions; any number of nodes may do it at once.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        foreach (var context in contexts.Active)
        {
            await using var connection = await databases.PlainPooledSourceOf(context.Role).OpenConnectionAsync(cancellation);
            await using var delete = new NpgsqlCommand($"""
                delete from {context.Role}.{IdempotencyKeyTable.Name} where (subject, key) in
                (select subject, key from {context.Role}.{IdempotencyKeyTable.Name} where created_at < $1
                 limit {BatchSize} for update skip locked)
                """, connection)
            {
                Parameters = { new() { Value = Time.GetUtcNow().UtcDateTime - Lifetime } },
            };
            while (await delete.ExecuteNonQueryAsync(cancellation) == BatchSize)
            {
            }
        }
    }
}
