using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Forgets, once a day, which events were handled longer ago than any stream is kept (payments: 30 days). Every node of a
/// context does it; rows that another is deleting are passed over.
/// </summary>
public sealed partial class ProcessedEventPruning(ActiveModules contexts, ContextDatabases databases, TimeProvider time, ILogger<ProcessedEventPruning> log) : BackgroundService
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(35);
    private const int Batch = 10_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not at the moment of the start, and not on all nodes at once.
        await Task.Delay(TimeSpan.FromMinutes(5 + Random.Shared.Next(55)), time, stoppingToken);
        using var daily = new PeriodicTimer(TimeSpan.FromDays(1), time);
        do
        {
            foreach (var module in contexts.Active)
            {
                try
                {
                    await PruneAsync(module, stoppingToken);
                }
                catch (NpgsqlException e)
                {
                    CannotPrune(module.Role, e);
                }
            }
        } while (await daily.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Forgets what one context handled that long ago.</summary>
    public async Task<int> PruneAsync(Module module, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(databases.DirectOf(module.Role));
        await connection.OpenAsync(cancellation);
        await using var delete = new NpgsqlCommand($"""
            delete from {module.Role}.processed_event where ctid in
              (select ctid from {module.Role}.processed_event where at < $1 order by at limit {Batch} for update skip locked)
            """, connection)
        {
            Parameters = { new() { Value = time.GetUtcNow() - Kept } },
        };
        var pruned = 0;
        int some;
        do
        {
            pruned += some = await delete.ExecuteNonQueryAsync(cancellation);
        } while (some == Batch);
        return pruned;
    }

    [LoggerMessage(LogLevel.Warning, "The handled events of {Role} could not be pruned; trying again tomorrow.")]
    private partial void CannotPrune(string role, Exception e);
}
