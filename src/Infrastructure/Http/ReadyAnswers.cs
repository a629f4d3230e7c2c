using System.Collections.Concurrent;

namespace Aarya.Infrastructure.Http;

/// <summary>
/// Answers kept in this process for a moment. However many ask for one that is missing or stale, it is made once; what
/// does not exist is not remembered, and neither is a failure. It never grows past its bound.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="keep">How long an answer counts as fresh, from when it was made.</param>
/// <param name="most">How many answers are kept at most; further ones are made each time.</param>
public sealed class ReadyAnswers(TimeProvider time, TimeSpan keep, int most)
{
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly long ticksKept = (long)(keep.TotalSeconds * time.TimestampFrequency);
    private int count;
    private long nextSweep;

    /// <summary>How many answers are kept now.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The fresh answer under this key, or what <paramref name="make"/> gives; null when there is none.</summary>
    public ValueTask<ReadyAnswer?> GetAsync<TState>(string key, TState state, Func<TState, Task<ReadyAnswer?>> make)
    {
        var now = time.GetTimestamp();
        if (!entries.TryGetValue(key, out var known)) return Count < most || Sweep(now) ? AddAsync(key, state, make) : new(make(state));
        if (now < Volatile.Read(ref known.FreshUntil)) return known.Answer.Task is { IsCompletedSuccessfully: true } done ? new(done.Result) : new(known.Answer.Task);

        var next = new Entry();
        return entries.TryUpdate(key, next, known) ? MakeAsync(key, next, state, make) : GetAsync(key, state, make);
    }

    /// <summary>Forgets the answer, so that the next one is made anew.</summary>
    public void Forget(string key)
    {
        if (entries.TryRemove(key, out _)) Interlocked.Decrement(ref count);
    }

    private ValueTask<ReadyAnswer?> AddAsync<TState>(string key, TState state, Func<TState, Task<ReadyAnswer?>> make)
    {
        var added = new Entry();
        if (!entries.TryAdd(key, added)) return GetAsync(key, state, make);
        Interlocked.Increment(ref count);
        return MakeAsync(key, added, state, make);
    }

    private async ValueTask<ReadyAnswer?> MakeAsync<TState>(string key, Entry entry, TState state, Func<TState, Task<ReadyAnswer?>> make)
    {
        try
        {
            var answer = await make(state);
            Volatile.Write(ref entry.FreshUntil, time.GetTimestamp() + ticksKept);
            if (answer is null) Remove(key, entry);
            entry.Answer.SetResult(answer);
            return answer;
        }
        catch (Exception e)
        {
            Remove(key, entry);
            entry.Answer.SetException(e);
            // Whoever waits sees it; if nobody does, it must not surface as unobserved.
            _ = entry.Answer.Task.Exception;
            throw;
        }
    }

    private void Remove(string key, Entry entry)
    {
        if (entries.TryRemove(new(key, entry))) Interlocked.Decrement(ref count);
    }

    // True when there is room again. Looks at everything once per lifetime of an answer, not once per request.
    private bool Sweep(long now)
    {
        var due = Volatile.Read(ref nextSweep);
        if (now < due || Interlocked.CompareExchange(ref nextSweep, now + ticksKept, due) != due) return false;
        foreach (var (key, entry) in entries)
        {
            if (now >= Volatile.Read(ref entry.FreshUntil)) Remove(key, entry);
        }

        return Count < most;
    }

    private sealed class Entry
    {
        // Until it is made it counts as fresh, so that everybody waits for the one who makes it.
        public long FreshUntil = long.MaxValue;

        public TaskCompletionSource<ReadyAnswer?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
