using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>A variant that a shopper waits for, as it is now.</summary>
public sealed record AwaitedItem(string Sku, string Name, string Size, string Colour, Money Price, string Slug);

/// <summary>A SKU that a shopper waited for is back in stock. One per request.</summary>
/// <param name="Subject">The guest or customer who waited.</param>
/// <param name="Email">Where the shopper wants the mail.</param>
/// <param name="Language">What the shopper's browser preferred, see <see cref="Languages"/>.</param>
[WireEvent("commerce.back_in_stock.v2", Streams.Notifications)]
public sealed record BackInStockNotice(
    Guid RequestId, Guid Subject, [property: Personal] string Email, AwaitedItem Item, DateTimeOffset At, string? Language = null);

/// <summary>
/// The first version of <see cref="BackInStockNotice"/>. This release publishes none; one that an earlier release left in the outbox is
/// still sent.
/// </summary>
[WireEvent("commerce.back_in_stock.v1", Streams.Users)]
public sealed record BackInStockV1Notice(
    Guid RequestId, Guid Subject, [property: Personal] string Email, string Sku, string Name, string Size, string Colour,
    DateTimeOffset At, string? Language = null);

/// <summary>The price of a SKU has fallen below the price at which a shopper asked for an alert. One per alert.</summary>
/// <param name="Subject">The guest or customer who asked.</param>
/// <param name="Email">Where the shopper wants the mail.</param>
/// <param name="From">The price when the shopper asked.</param>
/// <param name="Language">What the shopper's browser preferred, see <see cref="Languages"/>.</param>
[WireEvent("commerce.price_dropped.v1", Streams.Notifications)]
public sealed record PriceDroppedNotice(
    Guid AlertId, Guid Subject, [property: Personal] string Email, AwaitedItem Item, Money From, DateTimeOffset At,
    string? Language = null);
