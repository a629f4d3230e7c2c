using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;

namespace Aarya.Specs.Support.Hosts;

/// <summary>The edge on a real server, with endpoints of the spec's own instead of contexts behind it.</summary>
public sealed class EdgeHost : IAsyncDisposable
{
    private readonly string folder;
    private readonly WebApplication app;

    private EdgeHost(WebApplication app, Uri url, string folder)
    {
        this.app = app;
        this.folder = folder;
        Url = url;
        Client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = url };
    }

    public Uri Url { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    public static async Task<EdgeHost> StartAsync(string redis, Action<WebApplication> map, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("aarya-edge-").FullName;
        var url = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        var app = AaryaHost.Build(["--environment=Development", "--roles=gateway", $"--urls={url}", $"--AARYA_SOCKET_DIR={folder}",
            "--AARYA_DIAL_SECONDS=0",
            $"--REDIS_URL={redis}", "--Logging:LogLevel:Yarp=Error", .. settings.Select(x => $"--{x}")], Modules.All);
        map(app);
        await app.StartAsync();
        return new(app, new(url), folder);
    }

    /// <summary>Sends bytes that no HTTP client would send, and reads until the server closes the connection or pauses.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, Url.Port);
        var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            using var silence = new CancellationTokenSource();
            int read;
            do
            {
                silence.CancelAfter(TimeSpan.FromSeconds(2));
                read = await stream.ReadAsync(buffer, silence.Token);
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
            while (read > 0);
        }
        catch (OperationCanceledException)
        {
            // The server keeps the connection open for the next request.
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
