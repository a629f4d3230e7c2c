using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Aarya.Specs.Messaging;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Support.Hosts;

/// <summary>
/// The edge as it is deployed, in front of the endpoints of tests/Aarya.Specs.Streams/Edge: in one process, or in a gateway and a context
/// behind it.
/// </summary>
public abstract class EdgeShop(AaryaFixture fixture, bool split) : IAsyncLifetime
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-edge-").FullName;
    private readonly List<RoleProcess> processes = [];
    private SpecDatabase database = null!;

    /// <summary>Where the edge listens.</summary>
    public Uri Url { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.EmptyAsync();
        (Url, Client) = await StartAsync();
    }

    /// <summary>A further edge in front of the same context.</summary>
    public async Task<(Uri Url, HttpClient Client)> StartAsync(params (string Name, string Value)[] settings)
    {
        var url = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        Dictionary<string, string> all = new()
        {
            ["DATABASE_URL"] = database.Url,
            ["REDIS_URL"] = fixture.Redis.Url,
            ["AARYA_RATE_LIMIT"] = "0",
            ["AARYA_CORS_ORIGINS"] = "https://aarya.example",
            ["AARYA_SOCKET_DIR"] = folder,
            ["AARYA_DIAL_SECONDS"] = "25",
            ["Logging__LogLevel__Microsoft.AspNetCore.Diagnostics"] = "None",
        };
        foreach (var (name, value) in settings) all[name] = value;
        if (split && processes.Count == 0) processes.Add(await RoleProcess.StartAsync("core", all, StreamsRig.Program));
        all["AARYA_URLS"] = url;
        processes.Add(await RoleProcess.StartAsync(split ? "gateway" : "all", all, StreamsRig.Program));
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        return (new(url), new(handler) { BaseAddress = new(url) });
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
        // The first byte may take up to 40 s; after that a pause ends the answer.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        try
        {
            int read;
            do
            {
                read = await stream.ReadAsync(buffer, patience.Token);
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
                patience.CancelAfter(Silence);
            }
            while (read > 0);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The server keeps the connection open for the next request, or has refused the rest of this one.
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var process in processes) await process.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>Everything in one process.</summary>
public sealed class WholeEdge(AaryaFixture fixture) : EdgeShop(fixture, split: false);

/// <summary>A gateway, and the endpoints behind it.</summary>
public sealed class SplitEdge(AaryaFixture fixture) : EdgeShop(fixture, split: true);

[CollectionDefinition(Name)]
public sealed class WholeEdgeSpecs : ICollectionFixture<WholeEdge>
{
    public const string Name = "whole edge";
}

[CollectionDefinition(Name)]
public sealed class SplitEdgeSpecs : ICollectionFixture<SplitEdge>
{
    public const string Name = "split edge";
}
