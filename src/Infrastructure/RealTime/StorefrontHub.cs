using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// The shopper's live line at <c>/hubs/storefront</c>: a shopper with a token, guest or customer, receives news of their own
/// orders and notifications, until their session ends or their token expires, and any client may watch products. The
/// client methods are those of <see cref="IShopperLine"/>.
/// </summary>
public sealed class StorefrontHub(LiveConnections lines) : Hub<IShopperLine>
{
    /// <summary>The connections of one shopper, on any node.</summary>
    public static string ShopperGroup(Guid subject) => $"shopper:{subject:N}";

    /// <summary>The connections that watch one product.</summary>
    public static string ProductGroup(Guid productId) => $"product:{productId:N}";

    /// <summary>The most products that one connection watches.</summary>
    public const int MostWatched = 100;

    public override async Task OnConnectedAsync()
    {
        var who = Context.User as CallerPrincipal;
        if (!lines.TryAdd(Context, RateLimits.NetworkOf(Context.GetHttpContext()?.Connection.RemoteIpAddress), who))
        {
            Context.Abort();
            return;
        }

        try
        {
            if (who is not null) await Groups.AddToGroupAsync(Context.ConnectionId, ShopperGroup(who.Caller.Subject));
            await base.OnConnectedAsync();
        }
        catch
        {
            // SignalR does not call OnDisconnectedAsync when OnConnectedAsync failed.
            lines.Remove(Context.ConnectionId);
            throw;
        }
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        lines.Remove(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }

    /// <summary>From now on the connection gets a message when the product's price, stock or publication changes.</summary>
    /// <exception cref="HubException">
    /// The connection already watches <see cref="MostWatched"/>, or the connections of its network address
    /// <see cref="LiveConnections.MostWatchedOfAddress"/>.
    /// </exception>
    public async Task WatchProduct(Guid productId)
    {
        if (Watched.Count >= MostWatched && !Watched.Contains(productId))
            throw new HubException($"A connection may watch at most {MostWatched} products: unwatch one first.");
        if (Watched.Contains(productId)) return;
        if (!lines.TryWatch(Context.ConnectionId))
            throw new HubException(
                $"The connections of one network address may watch at most {LiveConnections.MostWatchedOfAddress} products.");
        try
        {
            await Groups.AddToGroupAsync(Context.ConnectionId, ProductGroup(productId));
            Watched.Add(productId);
        }
        catch
        {
            lines.Unwatch(Context.ConnectionId);
            throw;
        }
    }

    public async Task UnwatchProduct(Guid productId)
    {
        if (!Watched.Remove(productId)) return;
        lines.Unwatch(Context.ConnectionId);
        await Groups.RemoveFromGroupAsync(Context.ConnectionId, ProductGroup(productId));
    }

    // A hub instance exists for one call, the items for the whole connection; calls of one connection run one at a time.
    private HashSet<Guid> Watched => (HashSet<Guid>)(Context.Items["watched"] ??= new HashSet<Guid>());
}

/// <summary>The messages to a storefront client; clients subscribe by these names, and the .NET client is case-sensitive.</summary>
public interface IShopperLine
{
    /// <summary>An order of the shopper has reached another state.</summary>
    [HubMethodName("order")]
    Task Order(OrderNews order);

    /// <summary>The shopper has a new notification.</summary>
    [HubMethodName("notification")]
    Task Notification(NotificationNews notification);

    /// <summary>A product that the connection watches has changed to this.</summary>
    [HubMethodName("product")]
    Task Product(ProductNews product);
}

/// <param name="Id">The order's id.</param>
/// <param name="Number">The number that people use.</param>
/// <param name="Status">The order's state, new or unchanged; see the order's states.</param>
/// <param name="PaymentStatus">The state of its payment, if that is the news: requires_action when the shopper must take a step.</param>
/// <param name="At">When this happened: of two messages the one with the later time is right.</param>
public sealed record OrderNews(Guid Id, string Number, string Status, string? PaymentStatus = null, DateTimeOffset? At = null);

public sealed record NotificationNews(Guid Id, string Kind, string Title);

/// <param name="Published">False when the product is no longer on sale.</param>
public sealed record ProductNews(Guid Id, bool Published, IReadOnlyList<VariantNews> Variants);

/// <param name="Price">In the same form as all prices.</param>
public sealed record VariantNews(string Sku, PriceNews Price, int Available);

/// <param name="Amount">Minor units.</param>
public sealed record PriceNews(long Amount, string Currency);
