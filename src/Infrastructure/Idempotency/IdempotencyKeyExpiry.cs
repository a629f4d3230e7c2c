using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Infrastructure.Idempotency;

/// <summary>Forgets keys after <see cref="Lifetime"/>, so that the tables stay as small as three days of orders.</summary>
public sealed partial class IdempotencyKeyExpiry(ActiveModules contexts, ContextDatabases databases, TimeProvider time, ILogger<IdempotencyKeyExpiry> logger)
    : BackgroundService
{
    /// <summary>How long a repeated request gets its old answer.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(3);

    private const int BatchSize = 5000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ForgetAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Postponed(logger, e);
            }
        }
    }

    /// <summary>Deletes what has expired, in small transactions; any number of nodes may do it at once.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        foreach (var module in contexts.Active)
        {
            await using var connection = new NpgsqlConnection(databases.Of(module.Role));
            await connection.OpenAsync(cancellation);
            await using var delete = new NpgsqlCommand($"""
                delete from {module.Role}.{IdempotencyKeyTable.Name} where (subject, key) in
                (select subject, key from {module.Role}.{IdempotencyKeyTable.Name} where created_at < $1 limit {BatchSize} for update skip locked)
                """, connection)
            {
                Parameters = { new() { Value = time.GetUtcNow().UtcDateTime - Lifetime } },
            };
            while (await delete.ExecuteNonQueryAsync(cancellation) == BatchSize)
            {
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Expired idempotency keys stay another hour: the database does not answer.")]
    private static partial void Postponed(ILogger logger, Exception e);
}
