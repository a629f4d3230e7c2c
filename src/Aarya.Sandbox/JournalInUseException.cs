namespace Aarya.Sandbox;

/// <summary>Another process has the journal open; only one process may use it.</summary>
public sealed class JournalInUseException(string path) : IOException($"The journal {path} is in use by another process.");
