namespace Aarya.Infrastructure.Idempotency;

/// <summary>
/// The endpoint is refused without an <c>Idempotency-Key</c>: what it does (an order, a refund) must never happen twice
/// because an answer got lost. Every other writing endpoint accepts the header.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class IdempotencyKeyRequiredAttribute : Attribute;

/// <summary>
/// The answer carries what only its caller may see (tokens, mails, a receipt): no <c>Idempotency-Key</c> keeps it, no cache stores it
/// (<c>Cache-Control: no-store</c>), and it is not compressed.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class AnswerIsNeverStoredAttribute : Attribute;
