using System.Net.Sockets;
using Npgsql;
using Polly;

namespace Aarya.Infrastructure.Outages;

/// <summary>PostgreSQL accepts no connections at present.</summary>
public sealed class DatabaseAwayException(Exception reason) : Exception("PostgreSQL accepts no connections at present.", reason), IOutage;

/// <summary>
/// While PostgreSQL accepts no connections, few callers try; the others wait a moment for its return and then fail. Each attempt costs
/// PostgreSQL a process: a hundred attempts at once took the CPU that it needed to recover, and doubled the time until it was back.
/// </summary>
public sealed class DatabaseGate(TimeProvider time) : ResilienceStrategy
{
    /// <summary>How long a caller waits for the return. The process of a server that is restarted is back within this time.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>The time between two attempts.</summary>
    internal static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);

    private volatile Absence? away;

    /// <summary>Waits while PostgreSQL is away, unless this caller is the one to try.</summary>
    /// <returns>True for the one to try, who must <see cref="Note"/> how it went.</returns>
    /// <exception cref="DatabaseAwayException">It was away all the time.</exception>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellation)
    {
        var known = away;
        if (known is null) return false;
        if (await FindReasonAsync(cancellation) is { } reason) throw new DatabaseAwayException(reason);
        return away is not null;
    }

    /// <summary>Notes how an attempt ended.</summary>
    /// <param name="failure">Null for one that succeeded.</param>
    public void Note(Exception? failure)
    {
        var known = away;
        if (failure is not null && IsAway(failure))
        {
            if (known is null) away = new(time, failure);
        }
        else if (known is not null && (failure is null || IsAnswer(failure)))
        {
            away = null;
            known.End();
        }
    }

    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (away is not null && await FindReasonAsync(context.CancellationToken) is { } reason)
            return Outcome.FromException<TResult>(new DatabaseAwayException(reason));
        var outcome = await callback(context, state);
        Note(outcome.Exception);
        return outcome;
    }

    // Null when the caller may try.
    private async ValueTask<Exception?> FindReasonAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (away is { } known)
        {
            if (known.MayTry(BetweenAttempts)) return null;
            var left = Patience - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return known.Reason;
            await known.WaitAsync(left < BetweenAttempts ? left : BetweenAttempts, cancellation);
        }

        return null;
    }

    // It does not listen, or it starts, stops or recovers.
    private static bool IsAway(Exception? e) => e switch
    {
        null => false,
        DatabaseAwayException => false,
        PostgresException refused => refused.SqlState == PostgresErrorCodes.CannotConnectNow,
        SocketException refused => refused.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable
            or SocketError.NetworkUnreachable,
        AggregateException all => all.InnerExceptions.Any(IsAway),
        _ => IsAway(e.InnerException),
    };

    /// <summary>The strategy has no options.</summary>
    internal sealed class Options : ResilienceStrategyOptions;

    // PostgreSQL refused the statement, not the connection. A broken connection says nothing: the pools still have many from before.
    private static bool IsAnswer(Exception? e) => e switch
    {
        null => false,
        PostgresException refused => refused.InvariantSeverity == "ERROR",
        AggregateException all => all.InnerExceptions.Any(IsAnswer),
        _ => IsAnswer(e.InnerException),
    };

    private sealed class Absence(TimeProvider time, Exception reason)
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long triedAt = time.GetTimestamp();

        public Exception Reason => reason;

        public void End() => ended.TrySetResult();

        public bool MayTry(TimeSpan between)
        {
            var before = Interlocked.Read(ref triedAt);
            return time.GetElapsedTime(before) >= between
                && Interlocked.CompareExchange(ref triedAt, time.GetTimestamp(), before) == before;
        }

        public async Task WaitAsync(TimeSpan longest, CancellationToken cancellation)
        {
            try
            {
                await ended.Task.WaitAsync(longest, time, cancellation);
            }
            catch (TimeoutException)
            {
                // The caller looks at the time.
            }
        }
    }
}

public static class DatabaseGatePipeline
{
    /// <summary>What the pipeline executes waits at the gate.</summary>
    public static ResiliencePipelineBuilder AddDatabaseGate(this ResiliencePipelineBuilder pipeline, DatabaseGate gate) =>
        pipeline.AddStrategy(_ => gate, new DatabaseGate.Options());
}
