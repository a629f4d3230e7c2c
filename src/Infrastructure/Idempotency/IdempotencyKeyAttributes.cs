namespace Aarya.Infrastructure.Idempotency;

/// <summary>
/// The endpoint is refused without an <c>Idempotency-Key</c>: what it does (an order, a refund) must never happen twice
/// because an answer got lost. Every other writing endpoint accepts the header.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class IdempotencyKeyRequiredAttribute : Attribute;

/// <summary>
/// The endpoint takes no notice of <c>Idempotency-Key</c>, because its answer must not be kept: it carries tokens, and a
/// stored token is a stolen token.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class AnswerIsNeverStoredAttribute : Attribute;
