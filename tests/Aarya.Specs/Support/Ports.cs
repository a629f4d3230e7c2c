using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Aarya.Specs.Support;

/// <summary>
/// Ports for servers of the specs' own. Never from the range that the system gives to clients: there, whoever connects to
/// a server that is down for a moment may be given its very port, and keep it from starting again.
/// </summary>
public static class Ports
{
    private const int First = 10_240;
    private const int Last = 32_000;
    private static readonly ConcurrentDictionary<int, bool> Given = [];

    /// <summary>A port that nobody listens on, given once.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (!Given.TryAdd(port, true)) continue;
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
    }
}
