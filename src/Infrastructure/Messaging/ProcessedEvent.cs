using Aarya.Infrastructure.Messaging.Streams;
using Marten;
using Marten.Services;
using Npgsql;
using Wolverine;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Runs before every handler of a stream's event: it adds the <c>processed_event</c> row to the handler's own transaction,
/// so that an event that is delivered twice, however late, has its effect once.
/// </summary>
public static class ProcessedEvent
{
    public static async Task<HandlerContinuation> BeforeAsync(Envelope envelope, IDocumentSession session, CancellationToken cancellation)
    {
        if (envelope.Destination is not { Scheme: RedisStreamsTransport.Scheme } address) return HandlerContinuation.Continue;
        var delivery = envelope.RoutingInformation as StreamDelivery;
        delivery?.Began = true;

        await session.BeginTransactionAsync(cancellation);
        await using var insert = new NpgsqlCommand(
            $"insert into {session.DocumentStore.Options.DatabaseSchemaName}.processed_event(grp, event_id) values ($1, $2) on conflict do "
            + $"nothing")
        {
            // A replayed dead letter arrives by another path; its address still contains the group.
            Parameters = { new() { Value = address.Segments[^1] }, new() { Value = envelope.Id } },
        };
        if (await session.ExecuteAsync(insert, cancellation) == 0)
        {
            delivery?.Proven = true;
            return HandlerContinuation.Stop;
        }

        // A session with nothing queued does not commit, and a handler that stores nothing would be called again and again.
        session.QueueSqlCommand("select 1");
        if (delivery is not null) session.Listeners.Add(new Committed(delivery));
        return HandlerContinuation.Continue;
    }

    private sealed class Committed(StreamDelivery delivery) : DocumentSessionListenerBase
    {
        public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
        {
            delivery.Proven = true;
            return Task.CompletedTask;
        }
    }
}
