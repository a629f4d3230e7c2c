using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>A SKU that a shopper waited for is back in stock. One per request.</summary>
/// <param name="Subject">The guest or customer who waited.</param>
/// <param name="Email">Where the shopper wants the mail.</param>
[WireEvent("commerce.back_in_stock.v1", Streams.Users)]
public sealed record BackInStockNotice(
    Guid RequestId, Guid Subject, [property: Personal] string Email, string Sku, string Name, string Size, string Colour,
    DateTimeOffset At, string? Language = null);
