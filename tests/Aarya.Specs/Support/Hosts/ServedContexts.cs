using Aarya.Features;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Seeding;
using Aarya.Specs.Support.Servers;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Support.Hosts;

/// <summary>
/// All contexts in one process without the gateway: each can be called in the process and over its socket, on the same seeded data.
/// </summary>
public sealed class ServedContexts : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-both-").FullName;
    private readonly Dictionary<string, GrpcChannel> channels = [];
    private SpecDatabase database = null!;
    private RedisServer redis = null!;
    private WebApplication app = null!;
    private Task? done;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        redis = await RedisServer.StartAsync();
        app = AaryaHost.Build(["--environment=Development", $"--roles={string.Join(',', Features.Roles.Contexts)}",
            $"--AARYA_SOCKET_DIR={folder}", "--AARYA_SOLO=true",
            $"--DATABASE_URL={database.Url}", $"--REDIS_URL={redis.Url}", $"--SANDBOX_DATA={folder}/sandbox"], Modules.All);
        await app.StartAsync();
        foreach (var seed in app.Services.GetServices<ISeed>()) await seed.PlantAsync(SeedSize.Demo, CancellationToken.None);
    }

    /// <summary>Does something before the first spec of a class and not again.</summary>
    public Task OnceAsync(Func<Task> act) => done ??= act();

    /// <summary>The client that slices inject, which stays in the process.</summary>
    public object InProcess(Module context) => app.Services.GetRequiredService(context.Rpc!.Client);

    /// <summary>The client that another process would inject.</summary>
    public object OverSocket(Module context)
    {
        var address = new ContextAddress(context.Role, Path.Combine(folder, $"{context.Role}.sock"), new($"http://{context.Role}.sock"));
        if (!channels.TryGetValue(context.Role, out var channel)) channels[context.Role] = channel = ContextChannel.To(address);
        return Activator.CreateInstance(context.Rpc!.Client, ContextChannel.Invoker(channel, address).Intercept(new CallDeadline()))!;
    }

    /// <summary>For the REST endpoints of a context, as the gateway reaches them.</summary>
    public HttpClient Rest(string role) =>
        new(new Dialer(new(role, Path.Combine(folder, $"{role}.sock"), new($"http://{role}.sock"))).Handler())
        {
            BaseAddress = new($"http://{role}.sock"),
            DefaultRequestVersion = System.Net.HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels.Values) channel.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await redis.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
