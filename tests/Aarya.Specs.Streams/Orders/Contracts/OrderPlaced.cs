using Aarya.Features;
using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Specs.Streams.Orders.Contracts;

[WireEvent("commerce.order_placed.v1", Features.Streams.Orders)]
public sealed record OrderPlaced(Guid OrderId, int Number, Money Total, string Note, DateTimeOffset At);
