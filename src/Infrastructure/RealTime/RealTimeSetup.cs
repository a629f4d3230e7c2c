using System.Text.Json;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Aarya.Infrastructure.RealTime;

public static class RealTimeSetup
{
    /// <summary>Every role may send; the backplane passes the message to the node with the connection.</summary>
    public static void AddRealTime(this WebApplicationBuilder builder)
    {
        var url = builder.Configuration.Find("REDIS_URL");
        builder.Services.AddSignalR(x => x.AddFilter<CallLimit>())
            .AddJsonProtocol(x => x.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase)
            .AddStackExchangeRedis();
        builder.Services.AddOptions<RedisOptions>().Configure<IHostApplicationLifetime>((x, lifetime) =>
        {
            x.Configuration = RedisConnections.OptionsFor(url, RedisConnections.NameOfHub);
            x.Configuration.ChannelPrefix = RedisChannel.Literal("hub");
            // The backplane connects as soon as it is constructed, but the start must report a problem of Redis first, in one line.
            x.ConnectionFactory = async log =>
            {
                await StartedAsync(lifetime);
                return await ConnectionMultiplexer.ConnectAsync(x.Configuration, log);
            };
        });
        builder.Services.AddSingleton<CallLimit>();
        builder.Services.AddSingleton<LiveConnections>();
        builder.Services.AddHostedService(x => x.GetRequiredService<LiveConnections>());
    }

    // Never completes when the start fails: then nothing waits for the connection.
    private static async Task StartedAsync(IHostApplicationLifetime lifetime)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task;
    }

    /// <summary>Accepts connections to the hub; only the edge does.</summary>
    public static void MapLiveHub<THub>(this IEndpointRouteBuilder endpoints, string path) where THub : Hub =>
        // As MapHub does, with the limit before the hub.
        endpoints.MapConnections(path, new HttpConnectionDispatcherOptions(), line =>
        {
            line.Use(ConnectionLimit.Guard(endpoints.ServiceProvider.GetRequiredService<TimeProvider>()));
            line.UseHub<THub>();
        }).WithMetadata(new HubMetadata(typeof(THub)));
}
