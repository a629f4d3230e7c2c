using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Specs.Streams.Letters.Contracts;

[WireEvent("commerce.order_placed.v1", Features.Streams.Orders)]
public sealed record OrderPlaced(Guid OrderId, string Note);
