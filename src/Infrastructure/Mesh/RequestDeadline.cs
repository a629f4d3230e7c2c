using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Mesh;

/// <summary>
/// The deadline of the current request. Set where the request comes in (the edge, a context's socket, a gRPC call) and read
/// by every call that the request causes, so that each call gets only the time that is left. Deadlines are moments of the system's clock,
/// because gRPC compares them with it.
/// </summary>
public static class RequestDeadline
{
    // A background loop that a request starts keeps the request's async context permanently; the holder is emptied when the
    // request ends, so that such a loop does not inherit an expired deadline.
    private static readonly AsyncLocal<Holder?> Ambient = new();

    internal static readonly NumberSetting Seconds = new("AARYA_REQUEST_SECONDS", 30, 1, 300);

    /// <summary><c>AARYA_REQUEST_SECONDS</c>: how long a request may take in all, its wait in the queue of the edge included.</summary>
    /// <exception cref="StartupException">The setting is not a whole number within its bounds.</exception>
    public static TimeSpan LongestFrom(IConfiguration configuration) => TimeSpan.FromSeconds(Seconds.Read(configuration));

    /// <summary>The moment (UTC), or null outside requests.</summary>
    public static DateTime? Current => Ambient.Value?.At;

    /// <summary>The moment when this much time has passed.</summary>
    public static DateTime After(TimeSpan time) => DateTime.UtcNow + time;

    /// <summary>How much time is left until the deadline; negative when it has passed.</summary>
    public static TimeSpan Left(DateTime deadline) => deadline.ToUniversalTime() - DateTime.UtcNow;

    /// <summary>Sets the moment for what follows in this async flow, until the result is disposed; an earlier deadline stays.</summary>
    public static IDisposable Begin(DateTime at)
    {
        var outer = Ambient.Value;
        var holder = new Holder(outer, outer?.At is { } earlier && earlier < at ? earlier : at);
        Ambient.Value = holder;
        return holder;
    }

    private sealed class Holder(Holder? outer, DateTime at) : IDisposable
    {
        public DateTime? At { get; private set; } = at;

        public void Dispose()
        {
            At = null;
            Ambient.Value = outer;
        }
    }
}
