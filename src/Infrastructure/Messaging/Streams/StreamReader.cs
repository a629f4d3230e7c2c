using System.Collections.Concurrent;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// Passes a group's entries to its lanes: those pending under this node's name, new ones, and those of dead consumers.
/// Reading blocks on a separate connection.
/// </summary>
internal sealed partial class StreamReader(RedisStreamEndpoint endpoint, StreamGroup group, StreamLanes lanes, ILogger log)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private ConnectionMultiplexer? connection;
    private Task reading = Task.CompletedTask;
    private Task claiming = Task.CompletedTask;
    private bool cannotRead;

    // The types that were logged; both loops add to it.
    private readonly ConcurrentDictionary<string, bool> seenUnknown = new(StringComparer.Ordinal);

    public bool IsConnected => connection is { IsConnected: true };

    private RedisStreamsOptions Options => endpoint.Transport.Options;

    public void Start()
    {
        reading = Task.Run(ReadAsync);
        claiming = Task.Run(ClaimAsync);
    }

    public Task StopAsync() => stopping.CancelAsync();

    private async Task ReadAsync()
    {
        var drained = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                connection ??= await endpoint.Transport.ConnectReaderAsync($"aarya-{endpoint.Stream}-{endpoint.Group}");
                var redis = new RedisDatabase(connection.GetDatabase());
                if (!drained)
                {
                    await group.CreateAsync(redis);
                    await group.ForgetConsumersAsync(redis);
                    await DispatchPendingAsync(redis);
                    drained = true;
                    ReadsAgain();
                }

                var readAt = Environment.TickCount64;
                List<StreamDelivery> deliveries = [];
                foreach (var (entry, fields) in await group.ReadNewAsync(redis, Options.Block))
                {
                    if (endpoint.Deliver(entry, fields, again: false, readAt) is { } delivery) deliveries.Add(delivery);
                    else await PassOverAsync(redis, entry, fields, again: false);
                }

                await lanes.OfferAsync(deliveries, stopping.Token);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // A reply may have been lost; its entries are pending under this node's name.
                drained = false;
                CannotReadNow(e);
                await Task.Delay(TimeSpan.FromMilliseconds(500), stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ClaimAsync()
    {
        using var timer = new PeriodicTimer(Options.ClaimEvery);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stopping.Token);
                var redis = await endpoint.Transport.CommandsAsync();
                if (await group.ClaimAsync(redis, Options.ClaimAfter) > 0) await DispatchPendingAsync(redis);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                CannotReadNow(e);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task DispatchPendingAsync(RedisDatabase redis)
    {
        var (after, readAt) = ("", Environment.TickCount64);
        while (await group.PendingAsync(redis, after) is { Count: > 0 } page)
        {
            List<StreamDelivery> deliveries = [];
            foreach (var pending in page)
            {
                after = pending.MessageId!;
                // After a broken connection, entries that are being handled here are read again: that is not a failed delivery.
                if (lanes.Holds(after)) continue;
                if (await group.FindAsync(redis, after) is not { } fields)
                    await group.AcknowledgeAsync(redis, after);
                else if (endpoint.Deliver(after, fields, again: true, readAt) is not { } delivery)
                    await PassOverAsync(redis, after, fields, again: true);
                else if (pending.DeliveryCount < Options.MaxDeliveries)
                    deliveries.Add(delivery);
                else
                    await lanes.GiveUpAsync(delivery, pending.DeliveryCount, $"Gave up after {pending.DeliveryCount} failed deliveries.");
            }

            await lanes.OfferAsync(deliveries, stopping.Token);
            readAt = Environment.TickCount64;
        }
    }

    // An event that the context does not read is done, and so is one that no context declares any longer: a new group reads the whole
    // stream. One that no context declares yet stays pending: during an upgrade a process of the newer version claims it, or this node has
    // that version after its next start.
    private async Task PassOverAsync(RedisDatabase redis, string entry, NameValueEntry[] fields, bool again)
    {
        if (endpoint.Unknown(entry, fields) is not { } unknown)
        {
            await group.AcknowledgeAsync(redis, entry);
        }
        else if (await group.NowAsync(redis) - EntryFields.AddedAt(entry) >= Options.UnknownFor)
        {
            if (again)
                await lanes.GiveUpAsync(unknown, attempts: 0, "No version of the program that declares this event has read it in time.");
            else
                await group.AcknowledgeAsync(redis, entry);
        }
        else if (seenUnknown.TryAdd(EntryFields.TypeOf(fields)!, true))
        {
            Unknown(EntryFields.TypeOf(fields)!, endpoint.Stream, endpoint.Group!);
        }
    }

    // Logs once when an outage of Redis begins and once when it ends.
    private void CannotReadNow(Exception e)
    {
        if (!cannotRead) CannotRead(endpoint.Stream, endpoint.Group!, e);
        cannotRead = true;
    }

    private void ReadsAgain()
    {
        if (cannotRead) CanRead(endpoint.Stream, endpoint.Group!);
        cannotRead = false;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        // Ends the blocking read at once, without waiting for its answer; entries that Redis still delivers to it stay pending.
        if (connection is not null)
        {
            await connection.CloseAsync(allowCommandsToComplete: false);
            await connection.DisposeAsync();
        }

        await Task.WhenAll(reading, claiming).WaitAsync(Options.StopWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    [LoggerMessage(LogLevel.Warning, "The stream {Stream} cannot be read for {Group}; trying again.")]
    private partial void CannotRead(string stream, string group, Exception e);

    [LoggerMessage(LogLevel.Warning, "This version does not know the event {Type} on {Stream}: it stays pending for {Group}.")]
    private partial void Unknown(string type, string stream, string group);

    [LoggerMessage(LogLevel.Information, "The stream {Stream} is read again for {Group}.")]
    private partial void CanRead(string stream, string group);
}
