namespace Aarya.Sandbox;

/// <summary>Another process has the journal open: a provider has one truth.</summary>
public sealed class JournalInUseException(string path) : IOException($"The journal {path} is in use by another process.");
