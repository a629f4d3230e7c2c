using System.Collections.Concurrent;
using System.Numerics;
using Aarya.Infrastructure.Rates;

namespace Aarya.Features.Content.Analytics;

/// <summary>
/// Which events of a client that sends very many are counted, and with what weight. The first <see cref="Whole"/> events of a minute count
/// as they are. Of the next 2 x Whole, one in two counts, with weight 2; of the next 4 x Whole, one in four, with weight 4; and so on. So
/// the sums are right on average, and a flood adds few entries.
/// </summary>
public sealed class EventSample(TimeProvider time)
{
    /// <summary>How many events of one network per minute count as they are: an office with one address sends fewer.</summary>
    public const int Whole = 1_200;

    // All networks beyond these share one count.
    private const int MostNetworks = 50_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private volatile Minute now = new(time.GetTimestamp());

    /// <summary>The weight of the client's next event: 0 when it is not counted.</summary>
    /// <param name="network">As <see cref="RateLimits.NetworkOf"/> returns it.</param>
    public int Next(string network)
    {
        var minute = now;
        // Two threads may both begin a minute: one of them counts a moment longer in its own.
        if (time.GetElapsedTime(minute.Since) > Window) now = minute = new(time.GetTimestamp());
        var sent = minute.Count(network);
        var weight = WeightOf(sent);
        return weight == 1 || Random.Shared.Next(weight) == 0 ? weight : 0;
    }

    /// <summary>How many events of a client one counted event stands for.</summary>
    /// <param name="sent">Which of the client's events of the minute it is, from 1 on.</param>
    public static int WeightOf(int sent) => 1 << BitOperations.Log2((uint)((sent - 1) / Whole) + 1);

    private sealed record Minute(long Since)
    {
        private readonly ConcurrentDictionary<string, int> sent = new(StringComparer.Ordinal);

        // The dictionary's own count takes all its locks.
        private int networks;

        public int Count(string network)
        {
            if (!sent.ContainsKey(network) && Interlocked.Increment(ref networks) > MostNetworks) network = "";
            return sent.AddOrUpdate(network, 1, static (_, x) => x + 1);
        }
    }
}
