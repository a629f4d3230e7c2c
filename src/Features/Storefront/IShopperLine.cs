using Microsoft.AspNetCore.SignalR;

namespace Aarya.Features.Storefront;

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
/// <param name="Version">
/// Grows with every change of the product or its stock: of two messages about a product the one with the larger version is right.
/// </param>
public sealed record ProductNews(Guid Id, bool Published, IReadOnlyList<VariantNews> Variants, long Version);

/// <param name="Price">In the same form as all prices.</param>
public sealed record VariantNews(string Sku, PriceNews Price, int Available);

/// <param name="Amount">Minor units.</param>
public sealed record PriceNews(long Amount, string Currency);
