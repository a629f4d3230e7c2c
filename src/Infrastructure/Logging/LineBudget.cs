namespace Aarya.Infrastructure.Logging;

/// <summary>Limits the lines of one kind per second, and counts those that are left out.</summary>
/// <param name="mostPerSecond">The limit.</param>
internal sealed class LineBudget(int mostPerSecond)
{
    private readonly Lock gate = new();
    private long second;
    private int written;
    private int leftOut;

    /// <summary>True when one more line may be written.</summary>
    /// <param name="now">The present second.</param>
    /// <param name="before">How many lines of earlier seconds were left out, and not reported until now.</param>
    public bool TryTake(long now, out int before)
    {
        lock (gate)
        {
            before = 0;
            if (now != second) (second, written, before, leftOut) = (now, 0, leftOut, 0);
            if (++written <= mostPerSecond) return true;
            leftOut++;
            return false;
        }
    }
}
