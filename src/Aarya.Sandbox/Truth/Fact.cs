using System.Text.Json.Serialization;

namespace Aarya.Sandbox.Truth;

/// <summary>One line of the journal.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(ChargeMade), "charge_made")]
[JsonDerivedType(typeof(ChargeMoved), "charge_moved")]
[JsonDerivedType(typeof(RefundMade), "refund_made")]
[JsonDerivedType(typeof(RequestDropped), "request_dropped")]
[JsonDerivedType(typeof(WebhookDelivered), "webhook_delivered")]
internal abstract record Fact;

/// <param name="Key">The Idempotency-Key that made it.</param>
/// <param name="Fingerprint">The parameters of the request with that key.</param>
internal sealed record ChargeMade(string Key, string Fingerprint, Charge Charge, string EventId) : Fact;

internal sealed record ChargeMoved(string ChargeId, ChargeStatus Status, string? DeclineCode, string EventId, DateTimeOffset At) : Fact;

internal sealed record RefundMade(Refund Refund, string EventId) : Fact;

/// <summary>A request that was lost before it had any effect; the next one with its key is processed.</summary>
internal sealed record RequestDropped(string Key) : Fact;

internal sealed record WebhookDelivered(string EventId) : Fact;
