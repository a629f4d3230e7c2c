using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Brings a group's entries to its lanes: what was pending under this node's name before, what is new, and what dead
/// consumers have left. Reading blocks on a connection of its own.
/// </summary>
internal sealed partial class StreamReader(RedisStreamEndpoint endpoint, StreamGroup group, StreamLanes lanes, ILogger log)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private ConnectionMultiplexer? connection;
    private Task reading = Task.CompletedTask;
    private Task claiming = Task.CompletedTask;
    private bool cannotRead;

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
                var redis = connection.GetDatabase();
                if (!drained)
                {
                    await group.CreateAsync(redis);
                    await group.ForgetConsumersAsync(redis);
                    await DispatchPendingAsync(redis);
                    drained = true;
                    ReadsAgain();
                }

                foreach (var (entry, fields) in await group.ReadNewAsync(redis, Options.Block))
                {
                    if (endpoint.Deliver(entry, fields, again: false) is { } delivery) await lanes.OfferAsync(delivery, stopping.Token);
                    else await group.AcknowledgeAsync(redis, entry);
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // A reply may have been lost on its way; what it carried is pending under our own name.
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

    private async Task DispatchPendingAsync(IDatabase redis)
    {
        var after = "";
        while (await group.PendingAsync(redis, after) is { Count: > 0 } page)
        {
            foreach (var pending in page)
            {
                after = pending.MessageId!;
                // What is being handled here comes round again whenever a connection breaks: that is no failed delivery.
                if (lanes.Holds(after)) continue;
                if (await group.FindAsync(redis, after) is not { } fields
                    || endpoint.Deliver(after, fields, again: true) is not { } delivery) await group.AcknowledgeAsync(redis, after);
                else if (pending.DeliveryCount < Options.MaxDeliveries) await lanes.OfferAsync(delivery, stopping.Token);
                else await lanes.GiveUpAsync(delivery, $"Delivered {pending.DeliveryCount} times without an answer.");
            }
        }
    }

    // Once when it begins and once when it is over, however long Redis is away.
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
        // Ends the read that is waiting; what it may still bring stays pending.
        if (connection is not null) await connection.DisposeAsync();
        await Task.WhenAll(reading, claiming).WaitAsync(Options.StopWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    [LoggerMessage(LogLevel.Warning, "The stream {Stream} cannot be read for {Group}; trying again.")]
    private partial void CannotRead(string stream, string group, Exception e);

    [LoggerMessage(LogLevel.Information, "The stream {Stream} is read again for {Group}.")]
    private partial void CanRead(string stream, string group);
}
