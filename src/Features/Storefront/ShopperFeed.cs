using Aarya.Infrastructure.RealTime;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Storefront;

/// <summary>Sends messages to the storefront's live connections, from any process.</summary>
public sealed class ShopperFeed(IHubContext<StorefrontHub, IShopperLine> hub, TimeProvider time, ILogger<ShopperFeed> log)
    : LiveFeed<StorefrontHub, IShopperLine>(hub, time, log);

public static class ShopperFeedSetup
{
    /// <summary>For each context that sends messages to shoppers; a process has one feed.</summary>
    public static void AddShopperFeed(this IServiceCollection services)
    {
        if (services.Any(x => x.ServiceType == typeof(ShopperFeed))) return;
        services.AddSingleton<ShopperFeed>();
        services.AddHostedService(x => x.GetRequiredService<ShopperFeed>());
    }
}
