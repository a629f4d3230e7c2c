using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Postgres;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;
using Wolverine;
using Wolverine.Runtime;
using Wolverine.Runtime.Serialization;

namespace Aarya.Infrastructure.Messaging;

/// <summary>What became of events that are replayed.</summary>
/// <param name="HandedOver">Deliveries, one per event and handler, that are in the inbox of the context now: it handles them soon.</param>
/// <param name="Handled">Deliveries that the context has done, has in its inbox, or has as dead letters.</param>
/// <param name="NotRead">Events that the context does not read, or that are of no use to rebuild anything.</param>
public sealed record StreamReplayed(int HandedOver, int Handled, int NotRead);

/// <summary>
/// Hands events to one group again, for a context whose database was restored from a backup: what it had handled by then has its
/// <c>processed_event</c> row and is left out, except for handlers with <see cref="RebuildsAttribute"/>, on request. The context must be
/// hosted by this process.
/// </summary>
public sealed class StreamReplay(ActiveContexts contexts, IWolverineRuntime runtime, IServiceProvider services)
{
    /// <summary>
    /// How old an event may be: a little less than its <c>processed_event</c> row is kept, because an event without its row would take
    /// effect again.
    /// </summary>
    public static readonly TimeSpan Oldest = ProcessedEventPruning.Kept - TimeSpan.FromDays(1);

    /// <summary>True when the context is hosted here.</summary>
    public bool Hosts(string group) => contexts.Active.Any(x => x.Role == group);

    /// <summary>True when a handler of the context rebuilds what it stores from events of the stream.</summary>
    public bool Rebuilds(string stream, string group) => EndpointOf(stream, group).Events.Values.Any(x => x.Rebuilding.Count > 0);

    /// <param name="again">True to hand over also what was handled before, to the handlers that rebuild, and only to them.</param>
    public async Task<StreamReplayed> HandOverAsync(
        string stream, string group, IReadOnlyCollection<StreamRecord> records, bool again, CancellationToken cancellation)
    {
        var endpoint = EndpointOf(stream, group);
        List<(Envelope Envelope, string Reader)> messages = [];
        var notRead = 0;
        foreach (var record in records)
        {
            NameValueEntry[] fields = [.. record.Fields.Select(x => new NameValueEntry(x.Key, x.Value))];
            if (endpoint.Deliver(record.Entry, fields, again: true, Environment.TickCount64) is not { } delivery)
            {
                notRead++;
                continue;
            }

            IReadOnlyList<RedisStreamEndpoint> readers = delivery.Parts.Count > 0 ? delivery.Parts : [endpoint];
            if (again) readers = [.. readers.Where(x => delivery.IsRebuiltBy(x.Handler))];
            if (readers.Count == 0) notRead++;
            foreach (var reader in readers)
            {
                var envelope = delivery.Open();
                envelope.Destination = reader.Uri;
                if (again) envelope.Headers[ProcessedEvent.Again] = "true";
                messages.Add((envelope, reader.Handler is { } handler ? $"{group}/{handler}" : group));
            }
        }

        var handedOver = messages.Count == 0 ? 0 : await InsertAsync(group, messages, again, cancellation);
        return new(handedOver, messages.Count - handedOver, notRead);
    }

    private RedisStreamEndpoint EndpointOf(string stream, string group) =>
        (RedisStreamEndpoint)runtime.Options.Transports.GetOrCreate<RedisStreamsTransport>()
            .GetOrCreateEndpoint(RedisStreamsTransport.Incoming(stream, group));

    // The same row as for a dead letter that is replayed; a node of the context takes it over.
    private async Task<int> InsertAsync(
        string group, IReadOnlyCollection<(Envelope Envelope, string Reader)> messages, bool again, CancellationToken cancellation)
    {
        var context = contexts.Active.Single(x => x.Role == group);
        await using var connection =
            await ((IDocumentStore)services.GetRequiredService(context.StoreType)).OpenConnectionAsync(cancellation);
        await using var insert = new NpgsqlCommand($"""
            insert into {group}.wolverine_incoming_envelopes
              (id, status, owner_id, execution_time, attempts, body, message_type, received_at, keep_until)
            select x.id, 'Incoming', 0, null, 0, x.body, x.type, x.address, null
            from unnest($1::uuid[], $2::bytea[], $3::text[], $4::text[], $5::text[]) as x(id, body, type, address, reader)
            where ($7 or not exists (select from {group}.processed_event where event_id = x.id and grp in (x.reader, $6)))
              and not exists (select from {group}.wolverine_dead_letters d where d.id = x.id and d.received_at = x.address)
            on conflict do nothing
            """, connection)
        {
            Parameters =
            {
                new() { Value = messages.Select(x => x.Envelope.Id).ToArray() },
                new() { Value = messages.Select(x => EnvelopeSerializer.Serialize(x.Envelope)).ToArray() },
                new() { Value = messages.Select(x => x.Envelope.MessageType!).ToArray() },
                new() { Value = messages.Select(x => x.Envelope.Destination!.ToString()).ToArray() },
                new() { Value = messages.Select(x => x.Reader).ToArray() },
                new() { Value = group },
                new() { Value = again },
            },
        };
        return await insert.ExecuteNonQueryAsync(cancellation);
    }
}
