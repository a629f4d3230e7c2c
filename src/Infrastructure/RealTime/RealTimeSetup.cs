using System.Text.Json;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Aarya.Infrastructure.RealTime;

public static class RealTimeSetup
{
    public const string HubPath = "/hubs/storefront";

    /// <summary>Every role may tell; the backplane carries it to the node that holds the shopper's connection.</summary>
    public static void AddRealTime(this WebApplicationBuilder builder)
    {
        var url = builder.Configuration.Find("REDIS_URL");
        builder.Services.AddSignalR(x => x.AddFilter<CallLimit>())
            .AddJsonProtocol(x => x.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase)
            .AddStackExchangeRedis(x =>
            {
                x.Configuration = RedisConnections.OptionsFor(url, "aarya-hub");
                x.Configuration.ChannelPrefix = RedisChannel.Literal("hub");
            });
        builder.Services.AddSingleton<CallLimit>();
        builder.Services.AddSingleton<OpenLines>();
        builder.Services.AddHostedService(x => x.GetRequiredService<OpenLines>());
        builder.Services.AddSingleton<ShopperFeed>();
        builder.Services.AddHostedService(x => x.GetRequiredService<ShopperFeed>());
    }

    /// <summary>Only the edge takes shoppers' connections.</summary>
    public static void MapRealTime(this WebApplication app, ActiveRoles roles)
    {
        if (roles.HostsGateway) app.MapHub<StorefrontHub>(HubPath);
    }
}
