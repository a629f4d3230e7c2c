namespace Aarya.Smoke;

/// <summary>The shop did something else than a shopper expects.</summary>
public sealed class StepFailedException(string message) : Exception(message);
