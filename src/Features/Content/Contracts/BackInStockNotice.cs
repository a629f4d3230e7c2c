using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Content.Contracts;

/// <summary>A variant that a shopper waited for is back in stock.</summary>
/// <param name="RequestId">One per mail.</param>
[WireEvent("commerce.back_in_stock.v1", Streams.Users)]
public sealed record BackInStockNotice(
    Guid RequestId, Guid Subject, [property: Personal] string Email, string Name, string Size, string Colour,
    string? Language = null);
