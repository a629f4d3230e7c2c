using System.Net;
using System.Net.Sockets;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Mesh;

/// <summary>
/// Where a process of these roles listens: the gateway and <c>all</c> on TCP, a context on its own socket, and on TCP as
/// well when <c>AARYA_TCP=true</c> or a URL is set; each of them for its operators at <see cref="OperatorsListener"/>.
/// </summary>
/// <remarks>
/// URLs come from <c>--urls</c>, <c>ASPNETCORE_URLS</c> or <c>AARYA_URLS</c>. <c>h2c://host:port</c> listens for HTTP/2 without TLS, which
/// is what contexts on other machines call; without TLS one port cannot serve both HTTP versions. <c>http://unix:/path</c> is a socket for
/// a proxy on the same machine, at the edge only.
/// </remarks>
internal static class RoleListening
{
    private const string TakeOver = "AARYA_SOCKET_TAKEOVER";

    public static void ListenFor(this WebApplicationBuilder builder, ActiveRoles roles)
    {
        var urls = Urls(builder.Configuration, roles);
        var contexts = Sockets(builder, roles);
        var fronts = urls.Where(x => x.IsUnixPipe)
            .Select(x => new UnixSocketListener(x.UnixPipePath, builder.Configuration.Flag(TakeOver))).ToList();
        List<UnixSocketListener> sockets = [.. contexts, .. fronts];
        builder.Services.AddHostedService(_ => new SocketsOfProcess(sockets));
        builder.Services.Configure<SocketTransportOptions>(transport =>
        {
            var others = transport.CreateBoundListenSocket;
            transport.CreateBoundListenSocket = end =>
                end is UnixDomainSocketEndPoint && sockets.FirstOrDefault(x => x.SocketPath == end.ToString()) is { } own
                    ? own.Open()
                    : others(end);
        });

        var operators = OperatorsListener.From(builder.Configuration);
        if (!builder.Environment.IsProduction() && roles.HostsGateway
            && urls.FirstOrDefault(x => x.Scheme != "h2c" && !x.IsUnixPipe) is { } front)
            OwnAddress.FollowListener(builder.Configuration, front.Scheme, front.Host, front.Port);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var socket in contexts)
            {
                kestrel.ListenUnixSocket(socket.SocketPath, listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.Use(MeshTrust.Mark);
                    listen.Use(LingeringClose.Guard);
                });
            }

            foreach (var socket in fronts) kestrel.ListenUnixSocket(socket.SocketPath, x => x.Protocols = HttpProtocols.Http1);
            foreach (var url in urls.Where(x => !x.IsUnixPipe)) Listen(kestrel, url);
            if (operators is not null) Listen(kestrel, operators, listen => listen.Use(OperatorsListener.Mark));
        });
        // Kestrel would warn that it overrides the URLs; an empty value would make the host look them up elsewhere.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, ";");
    }

    /// <summary>None in a process that hosts everything: no other process calls it.</summary>
    private static UnixSocketListener[] Sockets(WebApplicationBuilder builder, ActiveRoles roles)
    {
        if (roles.IsAll) return [];
        var folder = SocketFolder.From(builder.Configuration, builder.Environment);
        var takeOver = builder.Configuration.Flag(TakeOver);
        return [.. roles.Contexts.Select(role => new UnixSocketListener(folder.PathOf(role), takeOver))];
    }

    private static BindingAddress[] Urls(ConfigurationManager configuration, ActiveRoles roles)
    {
        var named = configuration[WebHostDefaults.ServerUrlsKey] ?? configuration.Find("AARYA_URLS");
        if (named is null && !roles.HostsGateway && !configuration.Flag("AARYA_TCP")) return [];
        named ??= $"http://127.0.0.1:{roles.DefaultPort}";
        return
        [
            .. named.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(x => Parse(x, $"Invalid url: '{x}'. Write --urls http://host:port, https://host:port"
                    + $"{(roles.HostsGateway ? ", http://unix:/path" : "")} or h2c://host:port.", mayBeSocket: roles.HostsGateway)),
        ];
    }

    /// <exception cref="StartupException">The process cannot listen at this address; the message is the refusal.</exception>
    internal static BindingAddress Parse(string url, string refusal, bool mayBeSocket = false)
    {
        try
        {
            switch (BindingAddress.Parse(url))
            {
                // What cannot be a port is part of the host for Kestrel, which then listens on port 80 of every address.
                case { Scheme: "http" or "https" or "h2c", IsUnixPipe: false, Port: >= 0 and <= IPEndPoint.MaxPort } address
                    when address.Host[0] == '[' || !address.Host.Contains(':', StringComparison.Ordinal):
                    return address;
                case { Scheme: "http", IsUnixPipe: true, PathBase: "" } socket when mayBeSocket && Path.IsPathRooted(socket.UnixPipePath):
                    return socket;
            }
        }
        catch (FormatException)
        {
            // Refused below, like any other address that the process cannot listen on.
        }

        throw new StartupException(refusal);
    }

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address, Action<ListenOptions>? also = null)
    {
        void Configure(ListenOptions listen)
        {
            if (address.Scheme == "h2c")
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(LingeringClose.Guard);
            }

            if (address.Scheme == "https") listen.UseHttps();
            also?.Invoke(listen);
        }

        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)) kestrel.Listen(ip, address.Port, Configure);
        else if (address.Host == "localhost" && address.Port != 0) kestrel.ListenLocalhost(address.Port, Configure);
        else if (address.Host == "localhost") kestrel.Listen(IPAddress.Loopback, 0, Configure);
        else kestrel.ListenAnyIP(address.Port, Configure);
    }

    /// <summary>Checks the sockets before anything has started, and deletes their paths once the server has closed them.</summary>
    private sealed class SocketsOfProcess(IReadOnlyList<UnixSocketListener> sockets) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            foreach (var socket in sockets) socket.Check();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken)
        {
            foreach (var socket in sockets) socket.Withdraw();
            return Task.CompletedTask;
        }
    }
}
