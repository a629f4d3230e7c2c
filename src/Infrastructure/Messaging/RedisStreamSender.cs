using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wolverine.Transports;
using Wolverine.Transports.Sending;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Adds a batch to the stream, in order, in one round trip. Its outbox rows are deleted a little later, when the entries are
/// still there: Redis writes its log to disk once a second, and a power cut takes what it answered for since.
/// </summary>
internal sealed partial class RedisStreamSender : ISenderProtocol, IDisposable
{
    private readonly RedisStreamEndpoint endpoint;
    private readonly ILogger log;
    private readonly Channel<Added> added = Channel.CreateUnbounded<Added>(new() { SingleReader = true });
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

        try
        {
            // A failure says nothing about how much was added: all is sent again, and readers know what they have seen.
            var entries = await Task.WhenAll(batch.Messages.Select(x => redis.StreamAddAsync(endpoint.Key, StreamEntry.Write(x))));
            await added.Writer.WriteAsync(new(callback, batch, entries[^1], DateTimeOffset.UtcNow));
        }
        catch (Exception e)
        {
            await callback.MarkProcessingFailureAsync(batch, e);
        }
    }

    private async Task ConfirmAsync()
    {
        await foreach (var batch in added.Reader.ReadAllAsync())
        {
            var wait = batch.At + Options.ConfirmAfter - DateTimeOffset.UtcNow;
            if (wait > TimeSpan.Zero) await Task.Delay(wait, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (!stopping.IsCancellationRequested && !await TryConfirmAsync(batch)) await Task.Delay(TimeSpan.FromMilliseconds(500), stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>False when nobody can tell yet.</summary>
    private async Task<bool> TryConfirmAsync(Added batch)
    {
        try
        {
            var redis = await endpoint.Transport.CommandsAsync();
            // The last one was written last: when it is there, all are.
            if (await redis.StreamRangeAsync(endpoint.Key, batch.LastEntry, batch.LastEntry) is [_]) await batch.Callback.MarkSuccessfulAsync(batch.Batch);
            else await batch.Callback.MarkProcessingFailureAsync(batch.Batch, new InvalidOperationException($"Redis no longer has what it took into {endpoint.Stream}; sending it again."));
            return true;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return false;
        }
        catch (Exception e)
        {
            // The rows stay and are sent again by the durability agent.
            CannotConfirm(endpoint.Stream, e);
            return true;
        }
    }

    public void Dispose()
    {
        added.Writer.TryComplete();
        stopping.Cancel();
    }

    [LoggerMessage(LogLevel.Warning, "What was added to {Stream} could not be struck from the outbox.")]
    private partial void CannotConfirm(string stream, Exception e);

    private sealed record Added(ISenderCallback Callback, OutgoingMessageBatch Batch, RedisValue LastEntry, DateTimeOffset At);
}
