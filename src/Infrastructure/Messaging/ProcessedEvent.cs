using Marten;
using Marten.Services;
using Npgsql;
using Wolverine;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// In front of every handler of an event from a stream: the <c>processed_event</c> row rides in the handler's own
/// transaction, so an event that comes twice, however late, has its effect once.
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
            // A replayed dead letter arrives through another channel; its address still names the group.
            Parameters = { new() { Value = address.Segments[^1] }, new() { Value = envelope.Id } },
        };
        if (await session.ExecuteAsync(insert, cancellation) == 0)
        {
            delivery?.Proven = true;
            return HandlerContinuation.Stop;
        }

        // A session with nothing queued does not commit, and a handler that stores nothing would be called for ever.
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
