namespace Aarya.Infrastructure.Idempotency;

/// <summary>
/// The endpoint refuses requests without an <c>Idempotency-Key</c>: its effect (an order, a refund) must never happen twice
/// because an answer was lost. Every other writing endpoint accepts the header.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class IdempotencyKeyRequiredAttribute : Attribute;

/// <summary>
/// The answer contains what only its caller may see (tokens, mails, a receipt): it is not stored under an <c>Idempotency-Key</c> or in a
/// cache (<c>Cache-Control: no-store</c>), and it is not compressed.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class AnswerIsNeverStoredAttribute : Attribute;
