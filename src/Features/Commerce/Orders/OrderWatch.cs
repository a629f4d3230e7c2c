using System.Threading.Channels;
using Aarya.Infrastructure.Redis;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The requests of this node that wait for an order to change: a bounded number, woken by <see cref="OrderChanges"/>.</summary>
public sealed class OrderWatch(RedisConnections redis)
{
    private const int MostWaiting = 2_000;

    private readonly Dictionary<Guid, List<Waiter>> waiting = [];
    private readonly Lock gate = new();
    private int count;
    private bool listening;

    /// <summary>Starts watching; null when too many wait already. Look at the order after this, not before.</summary>
    public Waiter? Begin(Guid orderId)
    {
        lock (gate)
        {
            if (count == MostWaiting) return null;
            if (!listening)
            {
                // On this connection's own thread, which must not be held up: waking only writes to a channel.
                redis.StateConnection.GetSubscriber().Subscribe(OrderChanges.Channel, (_, id) => Wake(Guid.Parse((string)id!)), StackExchange.Redis.CommandFlags.FireAndForget);
                listening = true;
            }

            count++;
            var waiter = new Waiter(this, orderId);
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

    private void End(Guid orderId, Waiter waiter)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(orderId, out var all) || !all.Remove(waiter)) return;
            count--;
            if (all.Count == 0) waiting.Remove(orderId);
        }
    }

    public sealed class Waiter(OrderWatch watch, Guid orderId) : IDisposable
    {
        private readonly Channel<bool> woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        /// <summary>Ends when the order has changed, after <paramref name="atMost"/>, or when it is cancelled; it does not throw.</summary>
        public async Task ChangeAsync(TimeSpan atMost, CancellationToken cancellation)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(atMost);
            await ((Task)woken.Reader.ReadAsync(limit.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        internal void Wake() => woken.Writer.TryWrite(true);

        public void Dispose() => watch.End(orderId, this);
    }
}
