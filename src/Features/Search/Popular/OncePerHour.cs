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
        return hour.Things.Count < MostSeen && hour.Things.TryAdd((thing, network), true)
            && hour.OfNetwork.AddOrUpdate(network, 1, static (_, x) => x + 1) <= MostOfNetwork;
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

    private sealed record Seen(long Since)
    {
        public ConcurrentDictionary<(T Thing, string Network), bool> Things { get; } = new();

        public ConcurrentDictionary<string, int> OfNetwork { get; } = new(StringComparer.Ordinal);
    }
}
