using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Aarya.Specs.Support.Servers;

/// <summary>
/// Ports for the specs' own servers, never from the range that the system gives to clients: a client that connects to a server which is
/// down for a moment may get the server's own port, and keep it from starting again.
/// </summary>
public static class Ports
{
    private const int First = 10_240;
    private const int Last = 32_000;
    private static readonly ConcurrentDictionary<int, bool> Given = [];

    /// <summary>A free port, given once.</summary>
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
                // The port is in use.
            }
        }
    }
}
