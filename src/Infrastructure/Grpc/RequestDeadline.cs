namespace Aarya.Infrastructure.Grpc;

/// <summary>
/// When the request at hand stops being worth anything. Set by whoever lets the request in (the edge, a context's socket,
/// a gRPC call) and read by every call that it causes, so that the time left shrinks on the way down.
/// </summary>
public static class RequestDeadline
{
    // A background loop that a request happens to start keeps the request's async context for ever; the holder is
    // emptied when the request ends, so that such a loop does not inherit a deadline of the past.
    private static readonly AsyncLocal<Holder?> Ambient = new();

    /// <summary>The moment (UTC), or null outside requests.</summary>
    public static DateTime? Current => Ambient.Value?.At;

    /// <summary>Sets the moment for what follows in this async flow, until the result is disposed; an earlier one stays.</summary>
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
