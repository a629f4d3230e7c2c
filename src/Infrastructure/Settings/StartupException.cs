namespace Aarya.Infrastructure.Settings;

/// <summary>
/// Why the program cannot start, in one line that says what is missing and what to do. Ends the process with exit code 1.
/// </summary>
public sealed class StartupException(string message) : Exception(message);
