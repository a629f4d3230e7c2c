using System.Net.Sockets;
using Npgsql;
using Polly;

namespace Aarya.Infrastructure.Outages;

/// <summary>PostgreSQL accepts no connections at present.</summary>
public sealed class DatabaseUnavailableException(Exception reason)
    : Exception("PostgreSQL accepts no connections at present.", reason), IOutage;

/// <summary>
/// A circuit breaker with waiting callers: while PostgreSQL accepts no connections, few callers try; the others wait a moment for its
/// return and then fail. Each refused attempt costs PostgreSQL a process, and with it CPU that it needs to recover.
/// </summary>
public sealed class DatabaseGate(TimeProvider time) : ResilienceStrategy
{
    /// <summary>How long a caller waits for the return.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>The time between two attempts.</summary>
    internal static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);

    private volatile OpenCircuit? circuit;

    /// <summary>
    /// Connects, after a wait while PostgreSQL accepts no connections. A caller whose turn it is to try also runs the probe, because a
    /// connection of a pool may have broken since.
    /// </summary>
    /// <param name="probe">Fails unless PostgreSQL answers.</param>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL accepted no connections for <see cref="Patience"/>.</exception>
    public async Task PassAsync(Func<Task> connect, Func<Task> probe, CancellationToken cancellation)
    {
        var isProbe = false;
        if (circuit is not null)
        {
            if (await WaitForTurnAsync(cancellation) is { } reason) throw new DatabaseUnavailableException(reason);
            isProbe = circuit is not null;
        }

        try
        {
            await connect();
            if (!isProbe) return;
            await probe();
            Note(null);
        }
        catch (Exception e)
        {
            Note(e);
            throw;
        }
    }

    // How an attempt ended; null for one that succeeded.
    private void Note(Exception? failure)
    {
        var known = circuit;
        if (failure is not null && AcceptsNone(failure))
        {
            if (known is null) circuit = new(time, failure);
        }
        else if (known is not null && (failure is null || IsAnswer(failure)))
        {
            circuit = null;
            known.End();
        }
    }

    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (circuit is not null && await WaitForTurnAsync(context.CancellationToken) is { } reason)
            return Outcome.FromException<TResult>(new DatabaseUnavailableException(reason));
        var outcome = await callback(context, state);
        Note(outcome.Exception);
        return outcome;
    }

    // Null when the caller may connect; else why PostgreSQL accepts no connections.
    private async ValueTask<Exception?> WaitForTurnAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (circuit is { } known)
        {
            if (known.MayTry(BetweenAttempts)) return null;
            var left = Patience - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return known.Reason;
            await known.WaitAsync(left < BetweenAttempts ? left : BetweenAttempts, cancellation);
        }

        return null;
    }

    // It does not listen, or it starts, stops or recovers.
    private static bool AcceptsNone(Exception? e) => e switch
    {
        null => false,
        DatabaseUnavailableException => false,
        PostgresException refused => refused.SqlState == PostgresErrorCodes.CannotConnectNow,
        SocketException refused => refused.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable
            or SocketError.NetworkUnreachable,
        AggregateException all => all.InnerExceptions.Any(AcceptsNone),
        _ => AcceptsNone(e.InnerException),
    };

    /// <summary>The strategy has no options.</summary>
    internal sealed class Options : ResilienceStrategyOptions;

    // PostgreSQL refused the statement, not the connection. A broken connection proves nothing: the pools still hold some from before.
    private static bool IsAnswer(Exception? e) => e switch
    {
        null => false,
        PostgresException refused => refused.InvariantSeverity == "ERROR",
        AggregateException all => all.InnerExceptions.Any(IsAnswer),
        _ => IsAnswer(e.InnerException),
    };

    private sealed class OpenCircuit(TimeProvider time, Exception reason)
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
                // The caller checks how long it has waited.
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
