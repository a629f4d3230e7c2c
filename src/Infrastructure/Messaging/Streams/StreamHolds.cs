using System.Collections.Concurrent;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Outages;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// The entries of a group that wait or are handled in this process. However long that takes, no other process claims them, unless this one
/// stands still or a handler hangs.
/// </summary>
internal sealed partial class StreamHolds(RedisStreamEndpoint endpoint, StreamGroup group, ILogger log)
{
    private readonly ConcurrentDictionary<string, StreamDelivery> held = new();

    private RedisStreamsOptions Options => endpoint.Transport.Options;

    public bool Has(string entry) => held.TryGetValue(entry, out var delivery) && !delivery.Hold.IsLost;

    /// <summary>False when the entry is held already.</summary>
    public bool Take(StreamDelivery delivery)
    {
        while (!held.TryAdd(delivery.Entry, delivery))
        {
            if (!held.TryGetValue(delivery.Entry, out var other)) continue;
            if (!other.Hold.IsLost) return false;
            if (held.TryUpdate(delivery.Entry, delivery, other)) return true;
        }

        return true;
    }

    // Another delivery of the entry may have taken its place, if this one was lost.
    public void Release(StreamDelivery delivery) => held.TryRemove(KeyValuePair.Create(delivery.Entry, delivery));

    /// <summary>
    /// Shows Redis, four times in the time after which entries are claimed, which entries are held. It is a loop of its own, because the
    /// readers wait while the lanes are full.
    /// </summary>
    public async Task KeepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Options.ClaimAfter / 4);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stopping);
                foreach (var page in held.Values.Where(x => !x.Hold.IsLost).Chunk(Options.Batch)) await KeepAsync(page);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // While Redis does not answer, no other process can claim them either.
                if (!Outage.Is(e)) CannotKeep(endpoint.Stream, endpoint.Group!, e);
            }
        }
    }

    /// <summary>False when another consumer has claimed the entry because this process stood still.</summary>
    public async Task<bool> IsOursAsync(StreamDelivery delivery, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested
            && Environment.TickCount64 - delivery.Hold.KeptAt > Options.ClaimAfter.TotalMilliseconds / 2)
        {
            try
            {
                await KeepAsync([delivery]);
                break;
            }
            catch (Exception e) when (Outage.Is(e))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return !delivery.Hold.IsLost;
    }

    private async Task KeepAsync(IReadOnlyList<StreamDelivery> deliveries)
    {
        var asked = Environment.TickCount64;
        var kept = await group.KeepAsync(await endpoint.Transport.CommandsAsync(), [.. deliveries.Select(x => x.Entry)]);
        foreach (var delivery in deliveries)
        {
            if (kept.Contains(delivery.Entry)) delivery.Hold.KeptAt = asked;
            else delivery.Hold.IsLost = true;
        }
    }

    [LoggerMessage(LogLevel.Error, "Redis cannot be shown which entries of {Stream} are being handled for {Group}; trying again.")]
    private partial void CannotKeep(string stream, string group, Exception e);
}
