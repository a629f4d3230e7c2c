namespace Aarya.Infrastructure.Caching;

/// <summary>
/// One value that is used for a while and then made again, once for all concurrent callers. Its age counts from the moment when it began to
/// be made. A value that could not be made is not kept: the next caller tries again.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="freshFor">How long a value is used, from the moment when it began to be made; asked at each use.</param>
/// <param name="make">Makes the value. It is not tied to the caller who caused it: the others need it too.</param>
public sealed class FreshFor<T>(TimeProvider time, Func<T, TimeSpan> freshFor, Func<Task<T>> make) where T : class
{
    private readonly Lock gate = new();
    private volatile Made? last;
    private Task<T>? making;
    private long began;

    /// <param name="time">The clock.</param>
    /// <param name="freshFor">How long every value is used.</param>
    /// <param name="make">Makes the value.</param>
    public FreshFor(TimeProvider time, TimeSpan freshFor, Func<Task<T>> make)
        : this(time, _ => freshFor, make)
    {
    }

    /// <summary>The last value, however old it is; null before the first one is made.</summary>
    public T? Last => last?.Value;

    /// <summary>The fresh value; fails when it cannot be made.</summary>
    public ValueTask<T> GetAsync() => last is { } known && IsFresh(known) ? new(known.Value) : new(Join().Making);

    /// <summary>
    /// The fresh value, or the last one when making a fresh one takes longer than <paramref name="patience"/>, in real time; null when
    /// there is none yet. Fails when the value cannot be made.
    /// </summary>
    public async ValueTask<T?> GetAsync(TimeSpan patience)
    {
        if (last is { } known && IsFresh(known)) return known.Value;
        var (pending, since) = Join();
        // Only the first callers wait for a value that is slow to be made.
        if (last is not null && !pending.IsCompleted && time.GetElapsedTime(since) > patience) return Last;
        await ((Task)pending).WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return pending.IsCompleted ? await pending : Last;
    }

    private bool IsFresh(Made known) => time.GetElapsedTime(known.Began) < freshFor(known.Value);

    private (Task<T> Making, long Since) Join()
    {
        lock (gate)
        {
            if (last is { } known && IsFresh(known)) return (Task.FromResult(known.Value), known.Began);
            if (making is null)
            {
                began = time.GetTimestamp();
                making = Task.Run(MakeAsync);
            }

            return (making, began);
        }
    }

    private async Task<T> MakeAsync()
    {
        try
        {
            var value = await make();
            last = new(value, began);
            return value;
        }
        finally
        {
            lock (gate) making = null;
        }
    }

    private sealed record Made(T Value, long Began);
}
