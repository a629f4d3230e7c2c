using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Content.Contracts;

/// <summary>A variant that a shopper waits for, as it is now.</summary>
/// <param name="Price">Null in events of the first version.</param>
/// <param name="Slug">Null in events of the first version.</param>
public sealed record AwaitedItem(string Name, string Size, string Colour, Money? Price = null, string? Slug = null);

/// <summary>A variant that a shopper waited for is back in stock.</summary>
/// <param name="RequestId">One per mail.</param>
[WireEvent("commerce.back_in_stock.v2", Streams.Notifications)]
public sealed record BackInStockNotice(
    Guid RequestId, Guid Subject, [property: Personal] string Email, AwaitedItem Item, string? Language = null);

/// <summary>The first version of <see cref="BackInStockNotice"/>, which a process of an earlier release may still publish.</summary>
[WireEvent("commerce.back_in_stock.v1", Streams.Users)]
public sealed record BackInStockV1Notice(
    Guid RequestId, Guid Subject, [property: Personal] string Email, string Name, string Size, string Colour,
    string? Language = null)
{
    public BackInStockNotice ToSecondVersion() => new(RequestId, Subject, Email, new(Name, Size, Colour), Language);
}

/// <summary>The price of a variant has fallen below the price at which a shopper asked for an alert.</summary>
/// <param name="AlertId">One per mail.</param>
/// <param name="From">The price when the shopper asked.</param>
[WireEvent("commerce.price_dropped.v1", Streams.Notifications)]
public sealed record PriceDroppedNotice(
    Guid AlertId, Guid Subject, [property: Personal] string Email, AwaitedItem Item, Money From, string? Language = null);
