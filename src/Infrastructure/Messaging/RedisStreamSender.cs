using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wolverine;
using Wolverine.Transports;
using Wolverine.Transports.Sending;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Adds a batch to the stream, in order, in one round trip. Its outbox rows are deleted a little later, when the entries are
/// still there: Redis writes its log to disk once a second, and a power cut takes what it answered for since.
/// </summary>
/// <remarks>
/// Rows that wait to be deleted grow old when much is to be done, and the durability agent sends old rows once more, because it takes
/// them for stranded. What this process has added and not yet lost sight of is not added again. A row that comes here after it should have
/// been deleted was not: the message runtime gives a delete up after some attempts, so it is asked for once more.
/// </remarks>
internal sealed partial class RedisStreamSender : ISenderProtocol, IDisposable
{
    // Of one delete.
    private const int MostStruckAtOnce = 2_000;

    // A message that the agent took up just before its row was deleted still comes here afterwards.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly RedisStreamEndpoint endpoint;
    private readonly ILogger log;
    private readonly Channel<Added> added = Channel.CreateUnbounded<Added>(new() { SingleReader = true });

    // True: its row should be gone.
    private readonly ConcurrentDictionary<Guid, bool> held = new();
    private readonly Queue<(DateTimeOffset Until, Guid[] Messages)> struck = new();
    private readonly CancellationTokenSource stopping = new();

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
            return;
        }

        Envelope[] left = [.. batch.Messages.Where(x => held.TryGetValue(x.Id, out var isStruck) && isStruck)];
        if (left.Length > 0) await callback.MarkSuccessfulAsync(new(batch.Destination, left));
        Envelope[] fresh = [.. batch.Messages.Where(x => held.TryAdd(x.Id, false))];
        if (fresh.Length == 0) return;
        try
        {
            // A failure says nothing about how much was added: all is sent again, and readers know what they have seen.
            var entries = await Task.WhenAll(fresh.Select(x => redis.StreamAddAsync(endpoint.Key, StreamEntry.Write(x))));
            await added.Writer.WriteAsync(new(callback, fresh, entries[^1], DateTimeOffset.UtcNow));
        }
        catch (Exception e)
        {
            LetGo(fresh.Select(x => x.Id));
            await callback.MarkProcessingFailureAsync(new(batch.Destination, fresh), e);
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

    // However late this is, one delete makes up for it.
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

    /// <summary>False when nobody can tell yet.</summary>
    private async Task<bool> TryConfirmAsync(List<Added> due)
    {
        if (due.Count == 0) return true;
        try
        {
            var redis = await endpoint.Transport.CommandsAsync();
            // The last one was written last: when it is there, all are.
            if (await redis.StreamRangeAsync(endpoint.Key, due[^1].LastEntry, due[^1].LastEntry) is [_])
            {
                Envelope[] all = [.. due.SelectMany(x => x.Messages)];
                await due[^1].Callback.MarkSuccessfulAsync(new(endpoint.Uri, all));
                foreach (var message in all) held[message.Id] = true;
                struck.Enqueue((DateTimeOffset.UtcNow + Remembered, [.. all.Select(x => x.Id)]));
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
                var lost = new InvalidOperationException($"Redis no longer has what it took into {endpoint.Stream}; sending it again.");
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
            // The rows stay and are sent again by the durability agent.
            LetGo(due.SelectMany(x => x.Messages.Select(y => y.Id)));
            CannotConfirm(endpoint.Stream, e);
            return true;
        }
    }

    private void Forget()
    {
        while (struck.TryPeek(out var oldest) && oldest.Until < DateTimeOffset.UtcNow) LetGo(struck.Dequeue().Messages);
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

    [LoggerMessage(LogLevel.Warning, "What was added to {Stream} could not be struck from the outbox.")]
    private partial void CannotConfirm(string stream, Exception e);

    private sealed record Added(ISenderCallback Callback, Envelope[] Messages, RedisValue LastEntry, DateTimeOffset At);
}
