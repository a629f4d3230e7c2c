using Aarya.Infrastructure.RealTime;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Features.Storefront;

/// <summary>
/// The shopper's live line at <see cref="Path"/>: a shopper with a token, guest or customer, receives news of their own orders and
/// notifications, and any client may watch products. The client methods are those of <see cref="IShopperLine"/>.
/// </summary>
public sealed class StorefrontHub(LiveConnections lines) : LiveHub<IShopperLine>(lines)
{
    public const string Path = "/hubs/storefront";

    /// <summary>From now on the connection gets a message when the product's price, stock or publication changes.</summary>
    /// <exception cref="HubException">The connection, or its network address, watches too many products.</exception>
    public Task WatchProduct(Guid productId) => WatchAsync(productId, "products");

    public Task UnwatchProduct(Guid productId) => UnwatchAsync(productId);
}
