namespace Aarya.Infrastructure.Outages;

/// <summary>
/// Limits what one place logs about an outage to one entry per minute, however many requests fail meanwhile. The log of the process's
/// health names the part that is away, and when it is back; the log of requests has those that failed.
/// </summary>
public sealed class OutageLine
{
    private const long Interval = 60_000;

    private long next;

    /// <summary>True when an entry is due.</summary>
    public bool IsDue()
    {
        var (now, due) = (Environment.TickCount64, Volatile.Read(ref next));
        return now >= due && Interlocked.CompareExchange(ref next, now + Interval, due) == due;
    }
}
