using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Aarya.Infrastructure.Caching;

/// <summary>
/// Answers that this process caches for a short time. An answer that is missing or stale is made once for all concurrent requests. It is
/// not cached when there is none, when making it failed, or when it was requested only once.
/// </summary>
/// <param name="budget">The budget that all caches share.</param>
/// <param name="time">The clock.</param>
/// <param name="keep">How long an answer stays fresh after it was made.</param>
/// <param name="name">The name that operators see.</param>
public sealed class ReadyAnswers(CacheBudget budget, TimeProvider time, TimeSpan keep, string name)
{
    private readonly BudgetedCache<string, Kept> kept = new(budget, static (key, x) => (key.Length * 2) + x.Answer.Size);
    private readonly ConcurrentDictionary<string, Making> making = new(StringComparer.Ordinal);
    private readonly CacheReads reads = budget.ReadsOf(name);
    private readonly Doorkeeper doorkeeper = new();
    private readonly long ticksKept = (long)(keep.TotalSeconds * time.TimestampFrequency);

    /// <summary>How many answers are kept now.</summary>
    public int Count => kept.Count;

    /// <summary>The fresh answer under this key, or what <paramref name="make"/> returns; null when there is none.</summary>
    public ValueTask<ReadyAnswer?> GetAsync<TState>(string key, TState state, Func<TState, Task<ReadyAnswer?>> make)
    {
        if (IsFresh(key, out var known))
        {
            reads.Count(true);
            return new(known);
        }

        reads.Count(false);
        return JoinOrMake(key, state, make);
    }

    private ValueTask<ReadyAnswer?> JoinOrMake<TState>(string key, TState state, Func<TState, Task<ReadyAnswer?>> make)
    {
        if (making.TryGetValue(key, out var other)) return new(other.Join());
        var own = new Making();
        if (!making.TryAdd(key, own)) return JoinOrMake(key, state, make);
        // Another caller may have ended making it before this one began.
        return IsFresh(key, out var known) ? new(MadeMeanwhile(key, own, known)) : MakeAsync(key, own, state, make);
    }

    /// <summary>Removes the answer, so that the next request sees the change.</summary>
    public void Forget(string key)
    {
        making.TryRemove(key, out _);
        kept.Remove(key);
    }

    private bool IsFresh(string key, [NotNullWhen(true)] out ReadyAnswer? answer)
    {
        answer = kept.TryGet(key, out var known) && time.GetTimestamp() < known.FreshUntil ? known.Answer : null;
        return answer is not null;
    }

    private ReadyAnswer MadeMeanwhile(string key, Making own, ReadyAnswer answer)
    {
        making.TryRemove(new(key, own));
        own.Answer.SetResult(answer);
        return answer;
    }

    private async ValueTask<ReadyAnswer?> MakeAsync<TState>(string key, Making own, TState state, Func<TState, Task<ReadyAnswer?>> make)
    {
        var wasAskedFor = doorkeeper.WasAskedFor(key);
        try
        {
            var answer = await make(state);
            var made = answer is not null && (wasAskedFor || own.IsShared) ? new Kept(answer, time.GetTimestamp() + ticksKept) : null;
            // An answer that was forgotten while it was made may be outdated: it is not stored, or removed again at once.
            if (made is not null && making.TryGetValue(key, out var current) && current == own) kept.Set(key, made);
            if (!making.TryRemove(new(key, own)) && made is not null) kept.Remove(key, made);
            own.Answer.SetResult(answer);
            return answer;
        }
        catch (Exception e)
        {
            making.TryRemove(new(key, own));
            own.Answer.SetException(e);
            // Waiting callers get the exception; if there are none, it must not surface as unobserved.
            _ = own.Answer.Task.Exception;
            throw;
        }
    }

    private sealed class Making
    {
        public TaskCompletionSource<ReadyAnswer?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>True when other callers wait for it too.</summary>
        public bool IsShared { get; private set; }

        public Task<ReadyAnswer?> Join()
        {
            IsShared = true;
            return Answer.Task;
        }
    }

    private sealed record Kept(ReadyAnswer Answer, long FreshUntil);
}
