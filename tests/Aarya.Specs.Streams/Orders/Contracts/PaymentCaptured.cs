using Aarya.Features;
using Aarya.Infrastructure.Messaging;

namespace Aarya.Specs.Streams.Orders.Contracts;

[WireEvent("payment.payment_captured.v1", Infrastructure.Messaging.Streams.Payments)]
public sealed record PaymentCaptured(Guid OrderId, Money Amount);
