using Aarya.Features;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Specs.Workers;

public sealed class WorkerSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_worker_begins_when_the_whole_host_has_started()
    {
        var slow = new SlowStep();
        using var host = Build(x =>
        {
            x.AddSingleton<Counting>();
            x.AddHostedService(y => y.GetRequiredService<Counting>());
            x.AddHostedService(_ => slow);
        });
        var starting = host.StartAsync(Cancel);
        await slow.Entered.WaitAsync(Patience, Cancel);
        Assert.Equal(0, host.Services.GetRequiredService<Counting>().Rounds);
        slow.Finish();
        await starting;

        await host.Services.GetRequiredService<Counting>().FirstRound.WaitAsync(Patience, Cancel);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task whatever_a_round_throws_the_next_one_comes_and_the_process_goes_on()
    {
        var throwing = new Throwing(
            new InvalidOperationException("It cannot be done."), new OperationCanceledException("Another caller left."),
            new TimeoutException());
        using var host = Build(x => x.AddHostedService(_ => throwing));
        await host.StartAsync(Cancel);

        await throwing.Survived.WaitAsync(Patience, Cancel);

        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task a_round_that_is_cut_off_by_the_end_of_the_host_is_no_failure_whatever_it_throws()
    {
        var asking = new Asking();
        using var host = Build(x => x.AddHostedService(_ => asking));
        await host.StartAsync(Cancel);
        await asking.Began.WaitAsync(Patience, Cancel);

        await host.StopAsync(Cancel);

        Assert.True(asking.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task a_host_that_does_not_start_leaves_no_worker_behind()
    {
        var counting = new Counting();
        using var host = Build(x =>
        {
            x.AddHostedService(_ => counting);
            x.AddHostedService<FailingStep>();
        });

        await Assert.ThrowsAsync<StartupException>(() => host.StartAsync(Cancel));
        await host.StopAsync(Cancel);

        Assert.True(counting.ExecuteTask!.IsCompleted);
        Assert.False(counting.ExecuteTask.IsFaulted);
        Assert.Equal(0, counting.Rounds);
    }

    [Fact]
    public void everything_that_the_host_starts_is_a_worker_or_a_step_of_the_start()
    {
        var hosted = new[] { typeof(Worker).Assembly, typeof(Modules).Assembly }.SelectMany(x => x.GetTypes())
            .Where(x => x is { IsAbstract: false } && x.IsAssignableTo(typeof(IHostedService))).ToList();

        Assert.Contains(hosted, x => x.Name == "Reconciler");
        // Closes files when the server has closed its sockets, and runs nothing.
        var others = hosted.Where(x => !x.IsAssignableTo(typeof(Worker)) && !x.IsAssignableTo(typeof(StartStep)));
        Assert.Equal(["SocketsOfProcess"], others.Select(x => x.Name));
    }

    private static IHost Build(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        add(builder.Services);
        return builder.Build();
    }

    private sealed class Counting() : Worker(TimeProvider.System, NullLogger.Instance)
    {
        private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Rounds { get; private set; }

        public Task FirstRound => first.Task;

        protected override Task<TimeSpan?> RoundAsync(CancellationToken stopping)
        {
            Rounds++;
            first.TrySetResult();
            return Task.FromResult<TimeSpan?>(TimeSpan.FromMinutes(1));
        }
    }

    private sealed class Throwing(params Exception[] failures) : Worker(TimeProvider.System, NullLogger.Instance)
    {
        private readonly Queue<Exception> left = new(failures);
        private readonly TaskCompletionSource survived = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Survived => survived.Task;

        protected override TimeSpan LongestPause => TimeSpan.FromMilliseconds(10);

        protected override Task<TimeSpan?> RoundAsync(CancellationToken stopping)
        {
            if (left.TryDequeue(out var failure)) throw failure;
            survived.TrySetResult();
            return Task.FromResult<TimeSpan?>(null);
        }
    }

    // Reports a cancellation by another exception, as a gRPC client does.
    private sealed class Asking() : Worker(TimeProvider.System, NullLogger.Instance)
    {
        private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Began => began.Task;

        protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
        {
            began.TrySetResult();
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new InvalidOperationException("The call was given up.");
        }
    }

    private sealed class SlowStep : StartStep
    {
        private readonly TaskCompletionSource entered = new();
        private readonly TaskCompletionSource finished = new();

        public Task Entered => entered.Task;

        public void Finish() => finished.SetResult();

        public override Task StartAsync(CancellationToken cancellationToken)
        {
            entered.SetResult();
            return finished.Task;
        }
    }

    private sealed class FailingStep : StartStep
    {
        public override Task StartAsync(CancellationToken cancellationToken) => throw new StartupException("It cannot start.");
    }
}
