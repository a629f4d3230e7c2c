using System.Net;
using System.Net.Sockets;
using Aarya.Infrastructure.Mesh;

namespace Aarya.Specs.Roles;

public sealed class DialerSpec : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-dial-").FullName;
    private readonly string path;
    private readonly ContextAddress address;

    public DialerSpec()
    {
        path = Path.Combine(folder, "commerce.sock");
        address = new("commerce", path, new("http://commerce.sock"));
    }

    [Fact]
    public async Task a_request_waits_for_a_context_that_is_just_starting()
    {
        using var client = Client(new Dialer(address));
        var request = client.GetStringAsync(new Uri("http://commerce.sock/"));
        // Before a process listens, the dialer meets a path that does not exist, and a socket without a listener.
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path + ".dead"));
            File.Move(path + ".dead", path);
        }

        // Long enough for several attempts, none of which may end the request.
        await Task.Delay(100);
        Assert.False(request.IsCompleted);
        using var listener = new UnixSocketListener(path).Open();
        using var connection = await listener.AcceptAsync();
        await AnswerAsync(connection);

        Assert.Equal("here", await request);
    }

    [Fact]
    public async Task a_context_that_stays_away_is_given_up_after_the_patience_is_spent()
    {
        using var client = Client(new Dialer(address with { Patience = TimeSpan.FromMilliseconds(200) }));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri("http://commerce.sock/")));
    }

    [Fact]
    public async Task a_client_that_leaves_ends_its_own_waiting()
    {
        using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        using var client = Client(new Dialer(address));
        await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetStringAsync(new Uri("http://commerce.sock/"), leaving.Token));
    }

    [Fact]
    public async Task a_context_on_another_machine_is_dialled_over_tcp()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var client = Client(new Dialer(new("commerce", null, url, "secret")));
        var request = client.GetStringAsync(url);
        using var connection = await listener.AcceptSocketAsync();
        await AnswerAsync(connection);

        Assert.Equal("here", await request);
    }

    private static HttpClient Client(Dialer dialer) => new(dialer.Handler());

    private static async Task AnswerAsync(Socket connection)
    {
        await connection.ReceiveAsync(new byte[4096]);
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere"u8.ToArray());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
