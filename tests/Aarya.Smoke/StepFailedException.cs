namespace Aarya.Smoke;

/// <summary>The shop did not do what a shopper expects.</summary>
public sealed class StepFailedException(string message) : Exception(message);
