using System.Collections.Concurrent;
using Aarya.Infrastructure.Mesh;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Specs.Support.Hosts;

/// <summary>A server on the sockets of all contexts that behaves as a spec says and records the requests.</summary>
public sealed class FakeContexts : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeContexts(string folder)
    {
        var sockets = Features.Roles.Contexts
            .Select(x => new UnixSocketListener(Path.Combine(folder, $"{x}.sock"))).ToList();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            foreach (var socket in sockets) kestrel.ListenUnixSocket(socket.SocketPath, x => x.Protocols = HttpProtocols.Http2);
        });
        builder.Services.Configure<SocketTransportOptions>(x =>
            x.CreateBoundListenSocket = end => sockets.Single(s => s.SocketPath == end.ToString()).Open());
        app = builder.Build();
        app.Run(async http =>
        {
            if (http.Request.Path == "/health/live")
            {
                http.Response.StatusCode = Alive ? 200 : 503;
                return;
            }

            // The gateway itself sends this every second.
            if (http.Request.Path == "/aarya.core.Core/GetSigningKeys")
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            if (BreaksOffAtOnce)
            {
                http.Abort();
                return;
            }

            var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
            Seen.Add(new(http.Request.Method, http.Request.Path, http.Request.Protocol,
                http.Request.Headers.ToDictionary(x => x.Key, x => x.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
            await Behave(http, Seen.Count);
        });
    }

    /// <summary>Answers a request, the n-th since the start; by default with 200.</summary>
    public Func<HttpContext, int, Task> Behave { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>True when it resets every request before it reads the body.</summary>
    public bool BreaksOffAtOnce { get; set; }

    /// <summary>True when the gateway's probe is answered 200, false for 503.</summary>
    public bool Alive { get; set; } = true;

    public ConcurrentBag<Sent> Seen { get; } = [];

    public static async Task<FakeContexts> StartAsync(string folder)
    {
        var contexts = new FakeContexts(folder);
        await contexts.app.StartAsync();
        return contexts;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    public sealed record Sent(string Method, string Path, string Protocol, IReadOnlyDictionary<string, string> Headers, string Body);
}
