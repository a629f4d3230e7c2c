using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Mesh;
using Aarya.Specs.Protos;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Specs.Roles;

/// <summary>Which callers are trusted, and which may call a context at all.</summary>
public sealed class MeshSpec : IAsyncLifetime
{
    private static readonly string Secret = new('s', 32);
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-mesh-").FullName;
    private readonly int port = Ports.Free();
    private WebApplication host = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = BareHost.Create();
        builder.Logging.ClearProviders();
        builder.Configuration["AARYA_MESH_SECRET"] = Secret;
        builder.Services.AddSingleton<ProbeLog>().AddScoped<ProbeScope>().AddScoped<ProbeService>().AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(port, x => x.Protocols = HttpProtocols.Http2);
            kestrel.ListenUnixSocket(Path.Combine(folder, "core.sock"), x =>
            {
                x.Protocols = HttpProtocols.Http2;
                x.Use(MeshTrust.Mark);
            });
        });
        host = builder.Build();
        host.UseMesh();
        host.MapGrpcService<ProbeService>().RequireMesh();
        host.MapGet("/who",
            (HttpContext http) => new Who(http.Connection.RemoteIpAddress?.ToString(), http.Request.Scheme, http.Request.Host.Value,
            RequestDeadline.Current is { } at ? (at - DateTime.UtcNow).TotalSeconds : null));
        await host.StartAsync();
    }

    [Fact]
    public async Task the_gateway_is_believed_over_the_socket_about_who_asks_and_how_long_they_wait()
    {
        var who = await AskAsync(Socket(), secret: null);
        Assert.Equal("203.0.113.7", who.Ip);
        Assert.Equal("https", who.Scheme);
        Assert.Equal("shop.aarya.example", who.Host);
        Assert.InRange(who.Seconds!.Value, 1, 2);
    }

    [Fact]
    public async Task over_tcp_nobody_is_believed_who_does_not_have_the_secret()
    {
        foreach (var guess in new[] { null, "", Secret[1..], Secret + "s" })
        {
            var who = await AskAsync(Tcp(), guess);
            Assert.Contains("127.0.0.1", who.Ip, StringComparison.Ordinal);
            Assert.Equal("http", who.Scheme);
            Assert.Null(who.Seconds);
        }

        Assert.Equal("203.0.113.7", (await AskAsync(Tcp(), Secret)).Ip);
    }

    [Fact]
    public async Task a_service_is_not_there_for_anybody_but_the_mesh()
    {
        using var socket = ContextChannel.To(Socket());
        using var tcp = ContextChannel.To(Tcp());
        await new Probe.ProbeClient(ContextChannel.Invoker(socket, Socket())).AskAsync(new());
        await new Probe.ProbeClient(ContextChannel.Invoker(tcp, Tcp())).AskAsync(new());

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(tcp).AskAsync(new()));
        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }

    private static async Task<Who> AskAsync(ContextAddress address, string? secret)
    {
        using var client = new HttpClient(new Dialer(address).Handler());
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address.Url, "/who"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var (name, value) in new[]
        {
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "shop.aarya.example"),
            (MeshTrust.TimeLeftHeader, "2000"),
            (MeshTrust.SecretHeader, secret),
        })
            if (value is not null) request.Headers.Add(name, value);
        return (await (await client.SendAsync(request)).Content.ReadFromJsonAsync<Who>())!;
    }

    private ContextAddress Socket() => new("core", Path.Combine(folder, "core.sock"), new("http://core.sock"));

    private ContextAddress Tcp() => new("core", null, new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"), Secret);

    private sealed record Who(string? Ip, string Scheme, string? Host, double? Seconds);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
