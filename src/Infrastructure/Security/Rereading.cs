namespace Aarya.Infrastructure.Security;

/// <summary>
/// Reads something again for those who missed something in it: once a second at most, whatever clients make up. Who comes in between waits
/// for the next reading, because it may just have been added; but only so many, for each of them holds a place among the requests.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="read">False when it could not be read.</param>
public sealed class Rereading(TimeProvider clock, Func<CancellationToken, Task<bool>> read) : IDisposable
{
    public const int MostWaiting = 100;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim reading = new(1, 1);
    private volatile Attempt? last;
    private int waiting;

    private sealed record Attempt(long BeganAt, bool Succeeded);

    /// <summary>True once it was read no earlier than this was asked for; false when that could not be done, or too many wait for it.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        var asked = clock.GetTimestamp();
        try
        {
            if (Interlocked.Increment(ref waiting) > MostWaiting && Pause > TimeSpan.Zero) return false;
            await reading.WaitAsync(cancellation);
            try
            {
                if (last is { } seen && seen.BeganAt >= asked) return seen.Succeeded;
                if (Pause is var pause && pause > TimeSpan.Zero) await Task.Delay(pause, clock, cancellation);
                var began = clock.GetTimestamp();
                var attempt = last = new(began, await read(cancellation));
                return attempt.Succeeded;
            }
            finally
            {
                reading.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private TimeSpan Pause => last is { } seen ? Between - clock.GetElapsedTime(seen.BeganAt) : TimeSpan.Zero;

    public void Dispose() => reading.Dispose();
}
