using Aarya.Features;
using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Specs.Streams.Billing.Contracts;

[WireEvent("payment.payment_captured.v1", Features.Streams.Payments)]
public sealed record PaymentCaptured(Guid OrderId, Money Amount);
