using Aarya.Features;
using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Specs.Streams.Billing.Contracts;

/// <summary>The members of a placed order that billing needs: fewer than are published.</summary>
[WireEvent("commerce.order_placed.v1", Features.Streams.Orders)]
public sealed record OrderPlaced(Guid OrderId, Money Total, string Note);
