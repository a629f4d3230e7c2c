using System.Diagnostics;
using System.Threading.Channels;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Tracing;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wolverine;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// Handles a group's entries, several at once, but those with the same key one after another. An entry is acknowledged when
/// it is settled. During an outage of something that handlers need, lanes wait and nothing counts as a failure. No other process takes over
/// an entry that waits or is handled here, unless this process stands still or the handler hangs.
/// </summary>
internal sealed partial class StreamLanes : IAsyncDisposable
{
    private readonly RedisStreamEndpoint endpoint;
    private readonly StreamGroup group;
    private readonly StreamDeadLetters deadLetters;
    private readonly Func<Envelope, ValueTask> handle;
    private readonly ILogger log;
    private readonly Channel<StreamDelivery>[] lanes;
    private readonly StreamHolds holds;
    private readonly CancellationTokenSource stopping = new();
    private Task[] running = [];
    private Task keeping = Task.CompletedTask;

    public StreamLanes(
        RedisStreamEndpoint endpoint, StreamGroup group, StreamDeadLetters deadLetters, Func<Envelope, ValueTask> handle, ILogger log)
    {
        (this.endpoint, this.group, this.deadLetters, this.handle, this.log) = (endpoint, group, deadLetters, handle, log);
        holds = new StreamHolds(endpoint, group, log);
        lanes =
            [.. Enumerable.Range(0, Options.Lanes).Select(_ => Channel.CreateBounded<StreamDelivery>(Options.Batch / Options.Lanes + 1))];
    }

    private RedisStreamsOptions Options => endpoint.Transport.Options;

    public void Start()
    {
        running = [.. lanes.Select(lane => Task.Run(() => RunAsync(lane.Reader)))];
        keeping = Task.Run(() => holds.KeepAsync(stopping.Token));
    }

    /// <summary>True when the entry waits here or is being handled.</summary>
    public bool Holds(string entry) => holds.Has(entry);

    /// <summary>
    /// Puts the deliveries into their lanes; waits while a lane is full. All of them are held from the beginning: those that wait for a
    /// full lane must not be claimed by another process either.
    /// </summary>
    public async Task OfferAsync(IEnumerable<StreamDelivery> deliveries, CancellationToken cancellation)
    {
        var waiting = new Queue<StreamDelivery>(deliveries.Where(holds.Take));
        try
        {
            while (waiting.TryPeek(out var next))
            {
                await lanes[next.LaneOf(lanes.Length)].Writer.WriteAsync(next, cancellation);
                waiting.Dequeue();
            }
        }
        finally
        {
            foreach (var left in waiting) holds.Release(left);
        }
    }

    /// <summary>Puts the event into the dead-letter table, once per handler, and only then acknowledges it.</summary>
    /// <param name="attempts">How often it was delivered.</param>
    public async Task GiveUpAsync(StreamDelivery delivery, int attempts, string reason)
    {
        if (delivery.Parts.Count == 0) await StoreDeadLetterAsync(delivery, endpoint.Uri, attempts, reason);
        // A handler that was done already skips its letter by its processed_event row, if the letter is replayed.
        foreach (var part in delivery.Parts) await StoreDeadLetterAsync(delivery, part.Uri, attempts, reason);
        await AcknowledgeAsync(delivery.Entry);
    }

    private Task StoreDeadLetterAsync(StreamDelivery delivery, Uri address, int attempts, string reason)
    {
        var envelope = delivery.Open();
        envelope.Attempts = attempts;
        envelope.Destination = address;
        return deadLetters.StoreAsync(envelope, delivery.Error ?? new TimeoutException(reason));
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
                holds.Release(delivery);
            }
        }
    }

    private async Task SettleAsync(StreamDelivery delivery)
    {
        // An entry that another consumer has taken must not be counted here, because the count takes it back.
        if (!await holds.IsOursAsync(delivery, stopping.Token)) return;
        // The read has counted the first delivery. False: another consumer has claimed and acknowledged the entry.
        if (delivery.Again && !await UntilRedisAnswersAsync(redis => group.CountAttemptAsync(redis, delivery.Entry))) return;
        // Each of several handlers is tried for itself, so that one that fails does not hold up the others.
        var ends = delivery.Parts.Count == 0
            ? [await EndsAsync(delivery, endpoint.Uri, handle)]
            : await Task.WhenAll(delivery.Parts.Select(part =>
                EndsAsync(delivery.ForPart(), part.Uri, x => new(part.HandleAsync(x, stopping.Token)))));
        if (ends.All(x => x)) await AcknowledgeAsync(delivery.Entry);
    }

    /// <summary>Calls a handler until the entry is settled for it, or given up. False when the program stops before.</summary>
    private async Task<bool> EndsAsync(StreamDelivery delivery, Uri address, Func<Envelope, ValueTask> call)
    {
        var patience = Patience.Of(Options.Patience);
        var isCountReset = false;
        var attempts = 0;
        while (!stopping.IsCancellationRequested)
        {
            if (!await holds.IsOursAsync(delivery, stopping.Token)) return false;
            delivery.BeginAttempt();
            attempts++;
            if (!await ReturnsAsync(AttemptAsync(delivery, call)))
            {
                Hangs(address, delivery.Entry, Options.HandleWithin.TotalSeconds);
                delivery.Hold.IsLost = true;
                return false;
            }

            if (delivery.IsSettled) return true;
            if (delivery.Deferred) return false;
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
                await StoreDeadLetterAsync(delivery, address, attempts, "Gave up: the retry period is over.");
                return true;
            }
        }

        return false;
    }

    private async Task AttemptAsync(StreamDelivery delivery, Func<Envelope, ValueTask> call)
    {
        using var span = ShopTraces.Start($"process {endpoint.Stream}", ActivityKind.Consumer, delivery.Trace);
        if (span is { IsAllDataRequested: true }) StreamSpans.Describe(span, endpoint, "process", delivery.Type, delivery.EventId);
        await call(delivery.Open(span?.Id));
        if (delivery.Error is { } error) span.Fail(error);
    }

    /// <summary>
    /// False when the handler hangs. If it returns later, its commit is harmless: it contains the event's processed_event row, which only
    /// one delivery can insert.
    /// </summary>
    private async Task<bool> ReturnsAsync(Task handling)
    {
        try
        {
            await handling.WaitAsync(Options.HandleWithin);
            return true;
        }
        catch (TimeoutException) when (!handling.IsCompleted)
        {
            _ = handling.ContinueWith(x => x.Exception, TaskScheduler.Default);
            return false;
        }
    }

    /// <summary>True when PostgreSQL or Redis did not answer at first.</summary>
    private async Task<bool> WaitUntilHealthyAsync()
    {
        for (var waited = false; ; waited = true)
        {
            try
            {
                await deadLetters.Store.Admin.CheckConnectivityAsync(stopping.Token);
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

    private async Task<bool> UntilRedisAnswersAsync(Func<RedisDatabase, Task<bool>> command)
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
        await keeping;
    }

    [LoggerMessage(LogLevel.Error, "The entry {Entry} of {Stream} could not be handled for {Group}; it stays pending.")]
    private partial void CannotHandle(string entry, string stream, string group, Exception e);

    [LoggerMessage(LogLevel.Error,
        "{Handler} has not returned from the entry {Entry} for {Seconds} s. The entry is delivered again, here or in another process.")]
    private partial void Hangs(Uri handler, string entry, double seconds);

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
