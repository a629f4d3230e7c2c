using System.Net;
using System.Net.Sockets;

namespace Aarya.Specs.Support.Servers;

/// <summary>
/// The way to a server, which a spec can cut and mend: to its clients that is a stop and a start of the server, which itself goes on
/// serving the other specs.
/// </summary>
public sealed class Severed : IAsyncDisposable
{
    private readonly IPEndPoint server;
    private readonly Lock gate = new();
    private readonly HashSet<TcpClient> open = [];
    private TcpListener? listener;
    private int accepted;

    public Severed(string host, int port)
    {
        server = new(Dns.GetHostAddresses(host)[0], port);
        Port = Ports.Free();
        Mend();
    }

    /// <summary>Where the way begins, on this machine.</summary>
    public int Port { get; }

    /// <summary>How many connections have begun here.</summary>
    public int Accepted => Volatile.Read(ref accepted);

    /// <summary>From now on connections reach the server.</summary>
    public void Mend()
    {
        listener = new(IPAddress.Loopback, Port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start(512);
        _ = AcceptAsync(listener);
    }

    /// <summary>Breaks every connection, and refuses new ones.</summary>
    public void Cut()
    {
        listener?.Stop();
        lock (gate)
        {
            foreach (var client in open) client.Close();
            open.Clear();
        }
    }

    private async Task AcceptAsync(TcpListener on)
    {
        try
        {
            while (true)
            {
                var client = await on.AcceptTcpClientAsync();
                Interlocked.Increment(ref accepted);
                _ = CarryAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was cut.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var there = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        lock (gate)
        {
            open.Add(client);
            open.Add(there);
        }

        try
        {
            await there.ConnectAsync(server);
            await Task.WhenAny(client.GetStream().CopyToAsync(there.GetStream()), there.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has closed.
        }
        finally
        {
            lock (gate)
            {
                open.Remove(client);
                open.Remove(there);
            }

            client.Dispose();
        }
    }

    public ValueTask DisposeAsync()
    {
        Cut();
        return ValueTask.CompletedTask;
    }
}
