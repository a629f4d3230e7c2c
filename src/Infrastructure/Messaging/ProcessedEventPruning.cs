using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Deletes, once per day, the rows of events that were handled longer ago than any stream is kept (payments: 30 days). Every
/// node of a context does it; it skips rows that another node is deleting.
/// </summary>
public sealed class ProcessedEventPruning(
    ActiveContexts contexts, ContextDatabases databases, TimeProvider time, ILogger<ProcessedEventPruning> log)
    : DailyWorker(time, log)
{
    /// <summary>How long a row is kept after its event was handled.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromDays(35);

    private const int Batch = 10_000;

    protected override async Task WorkAsync(CancellationToken stopping)
    {
        List<Exception> failures = [];
        foreach (var context in contexts.Active)
        {
            try
            {
                await PruneAsync(context, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // A context whose database does not answer must not delay the others.
                failures.Add(e);
            }
        }

        if (failures.Count > 0) throw new AggregateException(failures);
    }

    /// <summary>Deletes the old rows of one context.</summary>
    public async Task<int> PruneAsync(BoundedContext context, CancellationToken cancellation)
    {
        await using var connection = await databases.PlainSourceOf(context.Role).OpenConnectionAsync(cancellation);
        await using var delete = new NpgsqlCommand($"""
            delete from {context.Role}.processed_event where ctid in
              (select ctid from {context.Role}.processed_event where at < $1 order by at limit {Batch} for update skip locked)
            """, connection)
        {
            Parameters = { new() { Value = Time.GetUtcNow() - Kept } },
        };
        var pruned = 0;
        int some;
        do
        {
            pruned += some = await delete.ExecuteNonQueryAsync(cancellation);
        } while (some == Batch);
        return pruned;
    }
}
