using System.Collections.Concurrent;
using System.Net;
using System.Numerics;
using Aarya.Infrastructure.Rates;

namespace Aarya.Features.Content.Analytics;

/// <summary>
/// Which events of a client that sends very many are counted, and with what weight. The first <see cref="Whole"/> of a minute count as
/// they are; of the next as many every second on average, with weight 2; of twice as many every fourth, with weight 4; and so on. So the
/// sums are right on average, and a client adds little more than it could honestly send.
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
    public int Next(IPAddress? client)
    {
        var minute = now;
        // Two threads may both begin a minute: one of them counts a moment longer in its own.
        if (time.GetElapsedTime(minute.Since) > Window) now = minute = new(time.GetTimestamp());
        var network = RateLimits.NetworkOf(client);
        if (minute.Sent.Count >= MostNetworks && !minute.Sent.ContainsKey(network)) network = "";
        var sent = minute.Sent.AddOrUpdate(network, 1, static (_, x) => x + 1);
        var weight = WeightOf(sent);
        return weight == 1 || Random.Shared.Next(weight) == 0 ? weight : 0;
    }

    /// <summary>How many events of a client one counted event stands for.</summary>
    /// <param name="sent">Which of the client's events of the minute it is, from 1 on.</param>
    public static int WeightOf(int sent) => 1 << BitOperations.Log2((uint)((sent - 1) / Whole) + 1);

    private sealed record Minute(long Since)
    {
        public ConcurrentDictionary<string, int> Sent { get; } = new(StringComparer.Ordinal);
    }
}
