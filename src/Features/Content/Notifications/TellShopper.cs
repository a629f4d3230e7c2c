using Aarya.Features.Storefront;

namespace Aarya.Features.Content.Notifications;

/// <summary>Sends news to a shopper's open connections, once the change behind it is committed.</summary>
/// <param name="Notification">Null when the shopper has stopped notifications of the kind.</param>
public sealed record TellShopper(Guid Subject, NotificationNews? Notification, OrderNews? Order = null);

public static class TellShopperHandler
{
    public static void Handle(TellShopper news, ShopperFeed feed)
    {
        if (news.Order is { } order) feed.Tell(news.Subject, x => x.Order(order));
        if (news.Notification is { } notification) feed.Tell(news.Subject, x => x.Notification(notification));
    }
}
