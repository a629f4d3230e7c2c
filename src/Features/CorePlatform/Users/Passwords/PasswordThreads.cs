using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Metrics;

namespace Aarya.Features.CorePlatform.Users.Passwords;

/// <summary>
/// Threads for work that takes a core for many milliseconds: hashing passwords and measuring their strength. There is one thread fewer than
/// the machine has cores, and the operating system prefers every other thread of the program, so that hundreds of logins at once do not
/// slow other requests. Work waits in a queue, first in, first out. A long queue is limited to what the threads can serve within
/// <see cref="LongestWait"/>, estimated from recent work; work beyond that is refused at once.
/// </summary>
public sealed class PasswordThreads : IDisposable
{
    /// <summary>How long the last entry of a full queue waits.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    // Added to the nice value of the program: a thread with a higher value gives way to one with a lower value. With 5 more it still gets a
    // quarter of a core that another thread uses fully, so that other requests do not keep people from signing in.
    private const int Niceness = 5;

    // The shortest limit of the queue, however slow the machine is: a dozen people who sign in at the same moment are not too many.
    private const int ShortestQueue = 16;

    private static readonly Counter<long> TurnedAway = ShopMeter.Counter(
        "aarya_passwords_refused", "Requests that were refused because too many passwords were waiting.");

    private readonly Lock gate = new();
    private readonly Queue<Work> waiting = new();
    private readonly SemaphoreSlim arrived = new(0);
    private readonly BlockingCollection<Work> done = [];
    private readonly int most;
    private readonly int? queueLength;
    private int threads;
    private int unfinished;
    private bool closed;

    // The average time of recent work, in milliseconds.
    private double usual = 25;

    public PasswordThreads() : this(Math.Max(1, Environment.ProcessorCount - 1), null) { }

    /// <param name="threads">How many threads work at the same time.</param>
    /// <param name="queueLength">How many entries may wait; null for as many as are served within <see cref="LongestWait"/>.</param>
    public PasswordThreads(int threads, int? queueLength)
    {
        most = threads;
        this.queueLength = queueLength;
    }

    /// <summary>Queues the work and returns its result. Work that is cancelled while it waits is not done.</summary>
    /// <exception cref="UnavailableException">The queue is full.</exception>
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

    /// <summary>Ends the threads after their current work; waiting work is cancelled.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (closed) return;
            closed = true;
            foreach (var left in waiting) left.Drop();
            waiting.Clear();
            // Wakes each thread once, so that it ends.
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

    // A result resumes its request on a pool thread, which may have to be started. A thread inherits the priority of the thread that starts
    // it, so results are set by this thread, which has the normal priority.
    private void Tell()
    {
        foreach (var work in done.GetConsumingEnumerable()) work.Tell();
    }

    private static void StepBack()
    {
        // .NET's own priorities have no effect on Linux, where nice() changes only the calling thread.
        if (OperatingSystem.IsLinux()) _ = Nice(Niceness);
        else Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
    }

    [DllImport("libc", EntryPoint = "nice")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Nice(int more);

    private abstract class Work
    {
        /// <summary>False when the work was cancelled and is not done.</summary>
        public abstract bool Do();

        /// <summary>Gives the outcome to the caller.</summary>
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
