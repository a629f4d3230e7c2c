using Aarya.Features;
using Aarya.Infrastructure.Messaging;

namespace Aarya.Specs.Streams.Billing.Contracts;

/// <summary>What billing needs to know of a placed order, which is less than what is published.</summary>
[WireEvent("commerce.order_placed.v1", Infrastructure.Messaging.Streams.Orders)]
public sealed record OrderPlaced(Guid OrderId, Money Total, string Note);
