using System.Collections.Concurrent;
using System.Threading.Channels;
using Aarya.Infrastructure.Outages;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;
using Wolverine;
using Wolverine.Persistence.Durability;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// Handles a group's entries, several at once, but those with the same key one after another. An entry is acknowledged when
/// it is settled. During an outage of something that handlers need, lanes wait and nothing counts as a failure.
/// </summary>
internal sealed partial class StreamLanes : IAsyncDisposable
{
    private readonly RedisStreamEndpoint endpoint;
    private readonly StreamGroup group;
    private readonly IMessageStore store;
    private readonly Func<Envelope, ValueTask> handle;
    private readonly ILogger log;
    private readonly Channel<StreamDelivery>[] lanes;
    private readonly ConcurrentDictionary<string, StreamDelivery> held = new();
    private readonly CancellationTokenSource stopping = new();
    private Task[] running = [];

    public StreamLanes(RedisStreamEndpoint endpoint, StreamGroup group, IMessageStore store, Func<Envelope, ValueTask> handle, ILogger log)
    {
        (this.endpoint, this.group, this.store, this.handle, this.log) = (endpoint, group, store, handle, log);
        lanes =
            [.. Enumerable.Range(0, Options.Lanes).Select(_ => Channel.CreateBounded<StreamDelivery>(Options.Batch / Options.Lanes + 1))];
    }

    private RedisStreamsOptions Options => endpoint.Transport.Options;

    public void Start() => running = [.. lanes.Select(lane => Task.Run(() => RunAsync(lane.Reader)))];

    /// <summary>True when the entry waits here or is being handled.</summary>
    public bool Holds(string entry) => held.ContainsKey(entry);

    /// <summary>Puts the delivery into its lane; waits while the lane is full.</summary>
    public async ValueTask OfferAsync(StreamDelivery delivery, CancellationToken cancellation)
    {
        if (!held.TryAdd(delivery.Entry, delivery)) return;
        try
        {
            await lanes[delivery.LaneOf(lanes.Length)].Writer.WriteAsync(delivery, cancellation);
        }
        catch
        {
            held.TryRemove(delivery.Entry, out _);
            throw;
        }
    }

    /// <summary>Puts the event into the dead-letter table, and only then acknowledges it.</summary>
    public async Task GiveUpAsync(StreamDelivery delivery, string reason)
    {
        var envelope = delivery.Open();
        envelope.Destination = endpoint.Uri;
        await StoreDeadLetterAsync(envelope, delivery.Error ?? new TimeoutException(reason));
        await AcknowledgeAsync(delivery.Entry);
    }

    public async Task StoreDeadLetterAsync(Envelope envelope, Exception error)
    {
        try
        {
            await store.Inbox.MoveToDeadLetterStorageAsync(envelope, error);
            DeadLetter(envelope.Id, envelope.MessageType, endpoint.Group!, error);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // It was written before, and then the process died or Redis did not answer.
        }
    }

    private async Task RunAsync(ChannelReader<StreamDelivery> lane)
    {
        await foreach (var delivery in lane.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                if (!stopping.IsCancellationRequested) await SettleAsync(delivery);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                CannotHandle(delivery.Entry, endpoint.Stream, endpoint.Group!, e);
            }
            finally
            {
                held.TryRemove(delivery.Entry, out _);
            }
        }
    }

    private async Task SettleAsync(StreamDelivery delivery)
    {
        // The read has counted the first delivery. False: another consumer has claimed and acknowledged the entry.
        if (delivery.Again && !await UntilRedisAnswersAsync(redis => group.CountAttemptAsync(redis, delivery.Entry))) return;
        var patience = Patience.Of(Options.Patience);
        var isCountReset = false;
        while (!stopping.IsCancellationRequested)
        {
            delivery.BeginAttempt();
            await handle(delivery.Open());
            if (delivery.IsSettled)
            {
                await AcknowledgeAsync(delivery.Entry);
                return;
            }

            if (delivery.Deferred) return;
            if (delivery.RetryAt is { } at)
            {
                var wait = at - DateTimeOffset.UtcNow;
                if (wait > TimeSpan.Zero) await Task.Delay(wait, stopping.Token);
                continue;
            }

            await Task.Delay(patience.Pause(), stopping.Token);
            // A part may fail although it answers a ping: a full disk, a read-only standby.
            if (Outage.IsOfMessage(delivery.Error) || await WaitUntilHealthyAsync())
            {
                patience.Renew(Options.Patience);
                // An outage is not a failed delivery, even if processes restart or another process claims the entry meanwhile.
                if (!isCountReset) isCountReset = await ForgetAttemptsAsync(delivery.Entry);
            }
            else if (patience.IsOver)
            {
                await GiveUpAsync(delivery, "Gave up: the retry period is over.");
                return;
            }
        }
    }

    /// <summary>True when PostgreSQL or Redis did not answer at first.</summary>
    private async Task<bool> WaitUntilHealthyAsync()
    {
        for (var waited = false; ; waited = true)
        {
            try
            {
                await store.Admin.CheckConnectivityAsync(stopping.Token);
                await (await endpoint.Transport.CommandsAsync()).PingAsync();
                return waited;
            }
            catch (Exception) when (!stopping.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), stopping.Token);
            }
        }
    }

    // An acknowledgement that never arrives is harmless: the event is delivered again, and its processed_event row exists.
    private Task<bool> AcknowledgeAsync(string entry) => UntilRedisAnswersAsync(async redis =>
    {
        await group.AcknowledgeAsync(redis, entry);
        return true;
    });

    private Task<bool> ForgetAttemptsAsync(string entry) => UntilRedisAnswersAsync(async redis =>
    {
        await group.ForgetAttemptsAsync(redis, entry);
        return true;
    });

    private async Task<bool> UntilRedisAnswersAsync(Func<IDatabase, Task<bool>> command)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                return await command(await endpoint.Transport.CommandsAsync());
            }
            catch (Exception e) when (Outage.Is(e))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    /// <summary>Accepts no further entries and waits for the present ones; the rest stay pending under this node's name.</summary>
    public async Task StopAsync()
    {
        foreach (var lane in lanes) lane.Writer.TryComplete();
        stopping.CancelAfter(Options.StopWithin);
        await Task.WhenAll(running).WaitAsync(Options.StopWithin + TimeSpan.FromSeconds(1))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await stopping.CancelAsync();
    }

    [LoggerMessage(LogLevel.Error, "The entry {Entry} of {Stream} could not be handled for {Group}; it stays pending.")]
    private partial void CannotHandle(string entry, string stream, string group, Exception e);

    [LoggerMessage(LogLevel.Error, "The event {Id} {MessageType} is in the dead-letter table of {Group}.")]
    private partial void DeadLetter(Guid id, string? messageType, string group, Exception error);

    /// <summary>How long an event may fail without an outage, with growing pauses.</summary>
    private sealed class Patience(DateTimeOffset until)
    {
        private DateTimeOffset until = until;
        private int attempts;

        public static Patience Of(TimeSpan time) => new(DateTimeOffset.UtcNow + time);

        public bool IsOver => DateTimeOffset.UtcNow >= until;

        /// <summary>Restarts the time; the pauses keep their length.</summary>
        public void Renew(TimeSpan time) => until = DateTimeOffset.UtcNow + time;

        public TimeSpan Pause() => TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(attempts++, 6), 5000));
    }
}
