namespace Aarya.Sandbox;

/// <summary>Writes what the sandbox logs to the log of the process that hosts it, under names that say that it is the sandbox.</summary>
internal sealed class HostLog(ILoggerFactory host) : ILoggerProvider
{
    private const string Own = "Aarya.Sandbox.";

    public ILogger CreateLogger(string categoryName) =>
        host.CreateLogger(categoryName.StartsWith(Own, StringComparison.Ordinal) ? categoryName : Own + categoryName);

    public void Dispose()
    {
        // The factory is the host's.
    }
}
