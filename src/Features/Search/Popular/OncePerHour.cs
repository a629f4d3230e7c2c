using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Aarya.Infrastructure.Rates;

namespace Aarya.Features.Search.Popular;

/// <summary>
/// Lets a network count each thing once per hour, and 50 things in total, so that one client cannot make a thing popular.
/// </summary>
internal sealed class OncePerHour<T>(TimeProvider time)
    where T : notnull
{
    private const int MostSeen = 100_000;
    private const int MostOfNetwork = 50;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private volatile Seen seen = new(time.GetTimestamp());

    /// <summary>True when the thing counts.</summary>
    /// <param name="client">The client's address.</param>
    public bool Counts(T thing, IPAddress? client)
    {
        var (hour, network) = (seen, NetworkOf(client));
        // First, so that what a network does beyond its share takes no room.
        if (hour.OfNetwork.GetValueOrDefault(network) >= MostOfNetwork || hour.IsFull || !hour.Add((thing, network))) return false;
        return hour.OfNetwork.AddOrUpdate(network, 1, static (_, x) => x + 1) <= MostOfNetwork;
    }

    /// <summary>Forgets all addresses when an hour is over.</summary>
    public void Forget()
    {
        if (time.GetElapsedTime(seen.Since) > Hour) seen = new(time.GetTimestamp());
    }

    // One customer of a provider usually has a /48 of IPv6.
    private static string NetworkOf(IPAddress? client)
    {
        if (client is null || client.IsIPv4MappedToIPv6 || client.AddressFamily != AddressFamily.InterNetworkV6)
            return RateLimits.NetworkOf(client);
        return Convert.ToHexString(client.GetAddressBytes().AsSpan(0, 6));
    }

    private sealed class Seen(long since)
    {
        private readonly ConcurrentDictionary<(T Thing, string Network), bool> things = new();

        // The count of the dictionary takes all of its locks.
        private int count;

        public long Since => since;

        public ConcurrentDictionary<string, int> OfNetwork { get; } = new(StringComparer.Ordinal);

        public bool IsFull => Volatile.Read(ref count) >= MostSeen;

        public bool Add((T Thing, string Network) thing)
        {
            if (!things.TryAdd(thing, true)) return false;
            Interlocked.Increment(ref count);
            return true;
        }
    }
}
