using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Postgres;
using Marten;
using Marten.Services;
using Npgsql;
using Wolverine;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Runs before every handler of a stream's event: it adds the <c>processed_event</c> row to the handler's own transaction,
/// so that an event that is delivered twice, however late, has its effect once. If a context has several handlers for an
/// event, each has its own row.
/// </summary>
public static class ProcessedEvent
{
    /// <summary>The header of an event that its handler gets again, see <see cref="RebuildsAttribute"/>.</summary>
    internal const string Again = "aarya-again";

    public static async Task<HandlerContinuation> BeforeAsync(Envelope envelope, IDocumentSession session, CancellationToken cancellation)
    {
        if (envelope.Destination is not { Scheme: RedisStreamsTransport.Scheme } address) return HandlerContinuation.Continue;
        var delivery = envelope.RoutingInformation as StreamDelivery;
        delivery?.Began = true;

        await session.StartTransactionAsync(cancellation);
        // A replayed dead letter arrives by another path; its address still contains the group.
        var (group, handler) = RedisStreamsTransport.ReaderOf(address);
        await using var insert = Insert(TableOf(session), group, handler, envelope.Id);
        if (await session.ExecuteAsync(insert, cancellation) == 0 && !envelope.Headers.ContainsKey(Again))
        {
            delivery?.Proven = true;
            return HandlerContinuation.Stop;
        }

        // A session with nothing queued does not commit, and a handler that stores nothing would be called again and again.
        session.QueueSqlCommand("select 1");
        if (delivery is not null) session.Listeners.Add(new Committed(delivery));
        return HandlerContinuation.Continue;
    }

    /// <summary>
    /// For a message of the context itself that may be sent several times: records the occasion in the transaction of the effect.
    /// </summary>
    /// <param name="effect">What must happen once per occasion.</param>
    /// <returns>False when it is recorded already.</returns>
    public static async Task<bool> IsFirstAsync(IDocumentSession session, string effect, Guid occasion, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        await using var insert = Insert(TableOf(session), effect, handler: null, occasion);
        if (await session.ExecuteAsync(insert, cancellation) == 0) return false;
        session.QueueSqlCommand("select 1");
        return true;
    }

    private static string TableOf(IDocumentSession session) => $"{session.DocumentStore.Options.DatabaseSchemaName}.processed_event";

    // While a context had one handler for the event, the row was the group's: it counts for each handler that was added since.
    private static NpgsqlCommand Insert(string table, string group, string? handler, Guid eventId) => handler is null
        ? new($"insert into {table} (grp, event_id) values ($1, $2) on conflict do nothing")
        {
            Parameters = { new() { Value = group }, new() { Value = eventId } },
        }
        : new($"""
            insert into {table} (grp, event_id) select $1, $2 where not exists (select from {table} where grp = $3 and event_id = $2)
            on conflict do nothing
            """)
        {
            Parameters = { new() { Value = $"{group}/{handler}" }, new() { Value = eventId }, new() { Value = group } },
        };

    private sealed class Committed(StreamDelivery delivery) : DocumentSessionListenerBase
    {
        public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
        {
            delivery.Proven = true;
            return Task.CompletedTask;
        }
    }
}
