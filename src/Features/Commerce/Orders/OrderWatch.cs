using System.Threading.Channels;
using Aarya.Infrastructure.Redis;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// The requests of this node that wait for an order to change; <see cref="OrderChanges"/> wakes them. Their number is limited: in total,
/// per shopper and per network address.
/// </summary>
public sealed class OrderWatch(RedisConnections redis)
{
    /// <summary>The most waiting requests per shopper: far more than a shopper has tabs and devices.</summary>
    public const int MostPerShopper = 50;

    private const int MostPerNetwork = 500;
    private const int MostWaiting = 2_000;

    private readonly Dictionary<Guid, List<Waiter>> waiting = [];
    private readonly Dictionary<string, int> shares = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private int count;
    private bool listening;

    /// <summary>Starts watching; null when too many requests are already waiting. Read the order after this call, not before.</summary>
    /// <param name="network">As <see cref="Infrastructure.Rates.RateLimits.NetworkOf"/> returns it.</param>
    public Waiter? Begin(Guid orderId, Guid shopper, string network)
    {
        var own = $"{shopper}";
        string[] sharers = [own, network];
        lock (gate)
        {
            if (count == MostWaiting || shares.GetValueOrDefault(own) == MostPerShopper
                || shares.GetValueOrDefault(network) == MostPerNetwork) return null;
            if (!listening)
            {
                // This runs on the connection's own thread, which must not block: Wake only writes to a channel.
                redis.StateConnection.GetSubscriber()
                    .Subscribe(OrderChanges.Channel, (_, id) => Wake(Guid.Parse((string)id!)),
                        StackExchange.Redis.CommandFlags.FireAndForget);
                listening = true;
            }

            count++;
            foreach (var sharer in sharers) shares[sharer] = shares.GetValueOrDefault(sharer) + 1;
            var waiter = new Waiter(this, orderId, sharers);
            if (!waiting.TryGetValue(orderId, out var others)) waiting[orderId] = others = [];
            others.Add(waiter);
            return waiter;
        }
    }

    private void Wake(Guid orderId)
    {
        lock (gate)
            foreach (var waiter in waiting.GetValueOrDefault(orderId) ?? []) waiter.Wake();
    }

    private void End(Guid orderId, Waiter waiter, string[] sharers)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(orderId, out var all) || !all.Remove(waiter)) return;
            count--;
            foreach (var sharer in sharers)
            {
                if (--shares[sharer] == 0) shares.Remove(sharer);
            }

            if (all.Count == 0) waiting.Remove(orderId);
        }
    }

    public sealed class Waiter(OrderWatch watch, Guid orderId, string[] sharers) : IDisposable
    {
        private readonly Channel<bool> woken =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        /// <summary>
        /// Completes when the order has changed, after <paramref name="atMost"/>, or when it is cancelled; it does not throw.
        /// </summary>
        public async Task ChangeAsync(TimeSpan atMost, CancellationToken cancellation)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(atMost);
            await ((Task)woken.Reader.ReadAsync(limit.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        internal void Wake() => woken.Writer.TryWrite(true);

        public void Dispose() => watch.End(orderId, this, sharers);
    }
}
