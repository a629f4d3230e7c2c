using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Tracing;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wolverine;
using Wolverine.Transports;
using Wolverine.Transports.Sending;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// Adds a batch to the stream, in order, in one round trip. Its outbox rows are deleted a little later, if the entries are
/// still there: Redis writes its log to disk once per second, and a power cut loses what it has confirmed since.
/// </summary>
/// <remarks>
/// Under load, rows wait longer to be deleted, and the durability agent sends old rows again, because it treats them as stranded. A message
/// that this process has added and still remembers is not added again. If a message arrives whose row should already be deleted, the
/// delete has failed: the message runtime gives up a delete after some attempts, so it is requested again.
/// </remarks>
internal sealed partial class RedisStreamSender : ISenderProtocol, IDisposable
{
    // The most messages of one delete.
    private const int MostStruckAtOnce = 2_000;

    // A message that the agent read just before its row was deleted still arrives here afterwards.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly RedisStreamEndpoint endpoint;
    private readonly ILogger log;
    private readonly Channel<Added> added = Channel.CreateUnbounded<Added>(new() { SingleReader = true });

    // True: its row should already be deleted.
    private readonly ConcurrentDictionary<Guid, bool> held = new();
    private readonly Queue<(DateTimeOffset Until, Guid[] Messages)> confirmed = new();
    private readonly CancellationTokenSource stopping = new();
    private volatile bool isFull;

    public RedisStreamSender(RedisStreamEndpoint endpoint, ILogger log)
    {
        (this.endpoint, this.log) = (endpoint, log);
        _ = Task.Run(ConfirmAsync);
    }

    private RedisStreamsOptions Options => endpoint.Transport.Options;

    public async Task SendBatchAsync(ISenderCallback callback, OutgoingMessageBatch batch)
    {
        var redis = await endpoint.Transport.CommandsAsync();
        if (batch.Messages is [var only] && only.IsPing())
        {
            await redis.PingAsync();
            await CheckRoomAsync(redis);
            return;
        }

        Envelope[] left = [.. batch.Messages.Where(x => held.TryGetValue(x.Id, out var isStruck) && isStruck)];
        if (left.Length > 0) await callback.MarkSuccessfulAsync(new(batch.Destination, left));
        Envelope[] fresh = [.. batch.Messages.Where(x => held.TryAdd(x.Id, false))];
        if (fresh.Length == 0) return;
        try
        {
            await CheckRoomAsync(redis);
            // A failure does not show how much was added: all is sent again, and readers skip the duplicates.
            var adding = fresh.Select(x => AddAsync(redis, x)).ToList();
            var length = redis.StreamLengthAsync(endpoint.Key);
            var entries = await Task.WhenAll(adding);
            SeeLength(await length);
            await added.Writer.WriteAsync(new(callback, fresh, entries[^1], DateTimeOffset.UtcNow));
        }
        catch (Exception e)
        {
            LetGo(fresh.Select(x => x.Id));
            await callback.MarkProcessingFailureAsync(new(batch.Destination, fresh), e);
        }
    }

    private async Task<RedisValue> AddAsync(RedisDatabase redis, Envelope message)
    {
        using var span = ShopTraces.Start($"send {endpoint.Stream}", ActivityKind.Producer, message.ParentId);
        var type = MessageNaming.OnTheWire(message.MessageType!);
        if (span is { IsAllDataRequested: true }) StreamSpans.Describe(span, endpoint, "send", type, message.Id);
        try
        {
            return await redis.StreamAddAsync(endpoint.Key, EntryFields.Write(message, type, span?.Id ?? message.ParentId));
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    /// <summary>
    /// Fails while the stream is full, as if Redis did not answer: messages then stay in the outbox, and the message runtime asks again
    /// from time to time.
    /// </summary>
    private async Task CheckRoomAsync(RedisDatabase redis)
    {
        if (!isFull) return;
        SeeLength(await redis.StreamLengthAsync(endpoint.Key));
        if (isFull) throw new InvalidOperationException($"{endpoint.Stream} has more entries than its cap; messages wait in the outbox.");
    }

    private void SeeLength(long length)
    {
        if (endpoint.Policy is not { } policy) return;
        if (!isFull && length > policy.Full)
        {
            isFull = true;
            LogFull(endpoint.Stream, length, policy.Cap);
        }
        else if (isFull && length <= policy.HasRoom)
        {
            isFull = false;
            LogHasRoom(endpoint.Stream, length);
        }
    }

    private async Task ConfirmAsync()
    {
        while (await added.Reader.WaitToReadAsync())
        {
            if (!added.Reader.TryPeek(out var first)) continue;
            var wait = first.At + Options.ConfirmAfter - DateTimeOffset.UtcNow;
            if (wait > TimeSpan.Zero) await Task.Delay(wait, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var due = TakeDue();
            while (!stopping.IsCancellationRequested && !await TryConfirmAsync(due))
                await Task.Delay(TimeSpan.FromMilliseconds(500), stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Forget();
        }
    }

    // Even when many batches are due, few deletes are needed.
    private List<Added> TakeDue()
    {
        var until = DateTimeOffset.UtcNow - Options.ConfirmAfter;
        List<Added> due = [];
        var messages = 0;
        while (messages < MostStruckAtOnce && added.Reader.TryPeek(out var next) && (next.At <= until || stopping.IsCancellationRequested))
        {
            if (!added.Reader.TryRead(out next)) break;
            due.Add(next);
            messages += next.Messages.Length;
        }

        return due;
    }

    /// <summary>False when the result is not clear yet.</summary>
    private async Task<bool> TryConfirmAsync(List<Added> due)
    {
        if (due.Count == 0) return true;
        try
        {
            var redis = await endpoint.Transport.CommandsAsync();
            // The last entry was written last: when it exists, all do.
            if (await redis.StreamRangeAsync(endpoint.Key, due[^1].LastEntry, due[^1].LastEntry) is [_])
            {
                Envelope[] all = [.. due.SelectMany(x => x.Messages)];
                await due[^1].Callback.MarkSuccessfulAsync(new(endpoint.Uri, all));
                foreach (var message in all) held[message.Id] = true;
                confirmed.Enqueue((DateTimeOffset.UtcNow + Remembered, [.. all.Select(x => x.Id)]));
            }
            else if (due.Count > 1)
            {
                while (due.Count > 0)
                {
                    if (!await TryConfirmAsync([due[0]])) return false;
                    due.RemoveAt(0);
                }
            }
            else
            {
                LetGo(due[0].Messages.Select(x => x.Id));
                var lost = new InvalidOperationException($"Redis has lost messages of {endpoint.Stream}; sending them again.");
                await due[0].Callback.MarkProcessingFailureAsync(new(endpoint.Uri, due[0].Messages), lost);
            }

            return true;
        }
        catch (Exception e) when (Outage.Is(e))
        {
            return false;
        }
        catch (Exception e)
        {
            // The rows stay, and the durability agent sends them again.
            LetGo(due.SelectMany(x => x.Messages.Select(y => y.Id)));
            CannotConfirm(endpoint.Stream, e);
            return true;
        }
    }

    private void Forget()
    {
        while (confirmed.TryPeek(out var oldest) && oldest.Until < DateTimeOffset.UtcNow) LetGo(confirmed.Dequeue().Messages);
    }

    private void LetGo(IEnumerable<Guid> messages)
    {
        foreach (var message in messages) held.TryRemove(message, out _);
    }

    public void Dispose()
    {
        added.Writer.TryComplete();
        stopping.Cancel();
    }

    [LoggerMessage(LogLevel.Warning, "Messages were sent to {Stream}, but could not be deleted from the outbox; they may be sent again.")]
    private partial void CannotConfirm(string stream, Exception e);

    [LoggerMessage(LogLevel.Error,
        "{Stream} has {Length} entries, its cap is {Cap}: new messages wait in the outbox until entries are trimmed. The log of the "
        + "compactor, in the content role, says who still needs the oldest entry.")]
    private partial void LogFull(string stream, long length, int cap);

    [LoggerMessage(LogLevel.Information, "{Stream} has {Length} entries again: waiting messages are sent.")]
    private partial void LogHasRoom(string stream, long length);

    private sealed record Added(ISenderCallback Callback, Envelope[] Messages, RedisValue LastEntry, DateTimeOffset At);
}
