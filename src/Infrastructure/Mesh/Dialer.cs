using System.Net.Sockets;
using System.Text;

namespace Aarya.Infrastructure.Mesh;

/// <summary>
/// Connects to one context, for gRPC channels and the gateway alike, and waits for a context that is restarting: no byte of
/// the request has been sent yet, so that waiting is safe for any request.
/// </summary>
public sealed class Dialer(ContextAddress address)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// The handler of a channel to this context: HTTP/2 with pings, which detect a peer that is gone without closing the connection.
    /// </summary>
    public SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler();
        Configure(handler);
        return handler;
    }

    /// <summary>Configures an existing handler in the same way.</summary>
    public void Configure(SocketsHttpHandler handler)
    {
        handler.ConnectCallback = ConnectAsync;
        handler.ConnectTimeout = address.Patience + TimeSpan.FromSeconds(5);
        handler.EnableMultipleHttp2Connections = true;
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
        handler.PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan;
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.UseProxy = false;
        // The headers of a client are passed on byte for byte (RFC 9110, section 5.5: obs-text is opaque).
        handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        handler.ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var until = Environment.TickCount64 + (long)address.Patience.TotalMilliseconds;
        while (true)
        {
            var socket = address.SocketPath is null
                ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
                : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(address.SocketPath is { } path ? new UnixDomainSocketEndPoint(path) : context.DnsEndPoint,
                    cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (Environment.TickCount64 < until)
            {
                socket.Dispose();
                await Task.Delay(Pause, cancellation);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
