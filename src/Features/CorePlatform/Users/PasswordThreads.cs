using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Aarya.Infrastructure.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// Threads for work that takes a core for many milliseconds: passwords are hashed and judged here. There is one thread fewer than the
/// machine has cores, and the operating system prefers every other thread of the program, so that hundreds of logins at once do not slow
/// those who browse. Work waits in a queue, in the order in which it came. A long queue is only as long as the threads can serve within
/// <see cref="LongestWait"/>, by the time that recent work has taken; what comes beyond that is refused at once.
/// </summary>
public sealed class PasswordThreads : IDisposable
{
    /// <summary>How long the last of a full queue waits.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    // Beyond that of the program, in what the operating system calls niceness: a thread with more of it gives way to one with less. With 5
    // more it still gets a quarter of a core that another thread wants for itself: those who browse do not keep others from signing in.
    private const int Niceness = 5;

    // The least that may wait, however slow the machine is: a dozen people who sign in at the same moment are no crowd.
    private const int ShortestQueue = 16;

    private static readonly Meter Meter = new(PasswordHasher.MeterName);
    private static readonly Counter<long> TurnedAway = Meter.CreateCounter<long>(
        "aarya.passwords.turned_away", description: "Requests refused because too many passwords were waiting");

    private readonly Lock gate = new();
    private readonly Queue<Work> waiting = new();
    private readonly SemaphoreSlim arrived = new(0);
    private readonly BlockingCollection<Work> done = [];
    private readonly int most;
    private readonly int? queueLength;
    private int threads;
    private int unfinished;
    private bool closed;

    // Of recent work, in milliseconds.
    private double usual = 25;

    public PasswordThreads() : this(Math.Max(1, Environment.ProcessorCount - 1), null) { }

    /// <param name="threads">How much is worked on at the same time.</param>
    /// <param name="queueLength">How much more may wait; null: as much as is served within <see cref="LongestWait"/>.</param>
    public PasswordThreads(int threads, int? queueLength)
    {
        most = threads;
        this.queueLength = queueLength;
    }

    /// <summary>What the work returns, once it was its turn. Work that was cancelled while it waited is not done.</summary>
    /// <exception cref="UnavailableException">Too much is waiting.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        var entry = new Work<T>(work, cancellation);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            if (unfinished >= most + QueueLength)
            {
                entry.Drop();
                TurnedAway.Add(1);
                throw new UnavailableException("Too many people are signing in at this moment.", TimeSpan.FromSeconds(2));
            }

            unfinished++;
            waiting.Enqueue(entry);
            if (threads == 0) Start(Tell, "password-results");
            if (threads < Math.Min(most, unfinished))
            {
                threads++;
                Start(Serve, "passwords");
            }
        }

        arrived.Release();
        return entry.Result;
    }

    /// <summary>Ends the threads after what they are working on; what still waits is cancelled.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (closed) return;
            closed = true;
            foreach (var left in waiting) left.Drop();
            waiting.Clear();
            // One wakes each thread to its end.
            arrived.Release(Math.Max(1, threads));
        }
    }

    private static void Start(ThreadStart work, string name) => new Thread(work) { IsBackground = true, Name = name }.Start();

    private int QueueLength => queueLength ?? Math.Max(ShortestQueue, (int)(LongestWait.TotalMilliseconds / usual * most));

    private void Serve()
    {
        StepBack();
        while (true)
        {
            arrived.Wait();
            Work? next;
            lock (gate)
            {
                if (closed) break;
                if (!waiting.TryDequeue(out next)) continue;
            }

            var began = Stopwatch.GetTimestamp();
            var wasDone = next.Do();
            lock (gate)
            {
                unfinished--;
                if (wasDone) usual += (Math.Max(1, Stopwatch.GetElapsedTime(began).TotalMilliseconds) - usual) / 16;
            }

            done.Add(next);
        }

        lock (gate)
        {
            if (--threads == 0) done.CompleteAdding();
        }
    }

    // A result wakes its request on a thread of the pool. A thread inherits the priority of the one that starts it: the pool's may not be
    // started by one that has stepped back, so results are given by this thread, which has not.
    private void Tell()
    {
        foreach (var work in done.GetConsumingEnumerable()) work.Tell();
    }

    private static void StepBack()
    {
        // .NET's own priorities have no effect on Linux, where this is about the thread that calls and no other.
        if (OperatingSystem.IsLinux()) _ = Nice(Niceness);
        else Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
    }

    [DllImport("libc", EntryPoint = "nice")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Nice(int more);

    private abstract class Work
    {
        /// <summary>False when nobody wants it any more.</summary>
        public abstract bool Do();

        /// <summary>Gives what came of it to who asked.</summary>
        public abstract void Tell();

        public abstract void Drop();
    }

    private sealed class Work<T> : Work
    {
        private readonly TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Func<T> work;
        private readonly CancellationTokenRegistration cancelled;
        private T? outcome;
        private Exception? failure;

        public Work(Func<T> work, CancellationToken cancellation)
        {
            this.work = work;
            cancelled = cancellation.Register(() => result.TrySetCanceled(cancellation));
        }

        public Task<T> Result => result.Task;

        public override bool Do()
        {
            if (result.Task.IsCompleted) return false;
            try
            {
                outcome = work();
            }
            catch (Exception e)
            {
                failure = e;
            }

            return true;
        }

        public override void Tell()
        {
            cancelled.Dispose();
            if (failure is not null) result.TrySetException(failure);
            else result.TrySetResult(outcome!);
        }

        public override void Drop()
        {
            cancelled.Dispose();
            result.TrySetCanceled();
        }
    }
}
