using System.Globalization;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Http;

namespace Aarya.Specs.CorePlatform.Users.Passwords;

/// <summary>Hundreds of logins at once do not hold up other requests.</summary>
public sealed class PasswordThreadsSpec
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task work_is_done_in_turn_on_as_many_threads_as_there_are_and_none_of_them_is_a_request_s()
    {
        using var threads = new PasswordThreads(2, 100);
        // Each thread waits for the other one before it goes on, so that a thread that loses its core falls back by one place only.
        using var both = new Barrier(2);
        var (running, most) = (0, 0);
        var order = new List<int>();

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => threads.RunAsync(
            () =>
            {
                Assert.True(both.SignalAndWait(TimeSpan.FromMinutes(1), Cancellation), $"The other thread took no work beside {i}.");
                lock (order)
                {
                    order.Add(i);
                    most = Math.Max(most, ++running);
                }

                Assert.False(Thread.CurrentThread.IsThreadPoolThread);
                Thread.SpinWait(20_000);
                lock (order) running--;
                return i;
            }, Cancellation)));

        Assert.Equal(Enumerable.Range(0, 40), results);
        Assert.InRange(most, 1, 2);
        // At most two neighbours may change places.
        Assert.All(order.Select((x, place) => Math.Abs(x - place)), x => Assert.InRange(x, 0, 1));
    }

    [Fact]
    public async Task the_operating_system_prefers_every_other_thread()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Priorities of threads are read from /proc.");
        using var threads = new PasswordThreads(Math.Max(1, Environment.ProcessorCount - 1), queueLength: 1_000);
        var here = Niceness();

        var there = await threads.RunAsync(Niceness, Cancellation);

        Assert.True(there > here, $"{there} there, {here} here");

        // The threads that it wakes are preferred too, although a new thread inherits the priority of the one that starts it.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            await threads.RunAsync(() => 0, Cancellation);
            Assert.Equal(here, Niceness());
            await Task.Run(() => Thread.SpinWait(100_000), Cancellation);
            Assert.Equal(here, Niceness());
        }));
    }

    [Fact]
    public async Task one_core_is_left_to_others()
    {
        using var threads = new PasswordThreads();
        var ids = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => threads.RunAsync(
            () =>
            {
                Thread.SpinWait(10_000);
                return Environment.CurrentManagedThreadId;
            }, Cancellation)));

        Assert.InRange(ids.Distinct().Count(), 1, Math.Max(1, Environment.ProcessorCount - 1));
    }

    [Fact]
    public async Task the_queue_is_as_long_as_it_is_served_within_seconds_by_what_work_takes()
    {
        using var threads = new PasswordThreads(1, null);
        // A hundred tasks of at least ten milliseconds: the bound of the queue follows from their time and the longest wait.
        for (var i = 0; i < 100; i++) await threads.RunAsync(() => Spin(10), Cancellation);
        using var hold = new ManualResetEventSlim();
        var held = threads.RunAsync(() => { hold.Wait(Cancellation); return 0; }, Cancellation);
        List<Task<int>> taken = [];
        try
        {
            while (taken.Count < 10_000) taken.Add(threads.RunAsync(() => 0, Cancellation));
            Assert.Fail("The queue has no end.");
        }
        catch (UnavailableException busy)
        {
            Assert.InRange(busy.RetryAfterSeconds, 1, 10);
        }

        Assert.InRange(taken.Count, 1, (int)(PasswordThreads.LongestWait.TotalMilliseconds / 10));
        hold.Set();
        await Task.WhenAll([held, .. taken]);
        // A later attempt is served.
        Assert.Equal(7, await threads.RunAsync(() => 7, Cancellation));
    }

    [Fact]
    public async Task work_that_nobody_waits_for_any_more_is_not_done_and_the_rest_is()
    {
        using var threads = new PasswordThreads(1, 10);
        using var hold = new ManualResetEventSlim();
        using var gone = new CancellationTokenSource();
        var held = threads.RunAsync(() => { hold.Wait(Cancellation); return 0; }, Cancellation);
        var done = false;
        var left = threads.RunAsync(() => done = true, gone.Token);
        var stays = threads.RunAsync(() => 1, Cancellation);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        hold.Set();

        Assert.Equal(1, await stays);
        Assert.Equal(0, await held);
        Assert.False(done);
    }

    [Fact]
    public async Task a_failure_reaches_who_asked_and_the_thread_goes_on()
    {
        using var threads = new PasswordThreads(1, 10);
        await Assert.ThrowsAsync<FormatException>(() => threads.RunAsync<int>(() => throw new FormatException(), Cancellation));
        Assert.Equal(1, await threads.RunAsync(() => 1, Cancellation));
    }

    [Fact]
    public async Task what_still_waits_at_the_end_is_cancelled()
    {
        var threads = new PasswordThreads(1, 10);
        using var hold = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        var held = threads.RunAsync(() => { began.Set(); hold.Wait(Cancellation); return 0; }, Cancellation);
        began.Wait(Cancellation);
        var waiting = threads.RunAsync(() => 0, Cancellation);

        threads.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        hold.Set();
        Assert.Equal(0, await held);
    }

    // Field 19 of the thread's stat; the name in parentheses is cut off.
    private static int Niceness()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }

    private static int Spin(int milliseconds)
    {
        var began = Environment.TickCount64;
        while (Environment.TickCount64 - began < milliseconds + 1) Thread.SpinWait(1_000);
        return 0;
    }
}
