using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Workers;

/// <summary>
/// The base of every background service of the program. No exception ends it or the process: it logs the first failed round and repeats
/// the round after a pause.
/// </summary>
public abstract partial class Worker(TimeProvider time, ILogger log) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource hostHasStarted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected TimeProvider Time => time;

    protected ILogger Log => log;

    /// <summary>
    /// True for a worker that begins when the whole host has started, because only then messages can be sent; false for one that begins
    /// with its own start.
    /// </summary>
    protected virtual bool WaitsForHost => true;

    /// <summary>The time between the start of the host, or of the worker, and the first round.</summary>
    protected virtual TimeSpan FirstRoundAfter => TimeSpan.Zero;

    /// <summary>The longest pause after a failure. Pauses begin with a second and double.</summary>
    protected virtual TimeSpan LongestPause => TimeSpan.FromSeconds(5);

    /// <summary>Does the work of one round. Whatever it throws, it is called again.</summary>
    /// <param name="stopping">Cancelled when the host stops.</param>
    /// <returns>The time until the next round; null when nothing is left to do in this process.</returns>
    protected abstract Task<TimeSpan?> RoundAsync(CancellationToken stopping);

    /// <summary>
    /// What this process does once after its last round, such as storing what it would lose with its memory. An exception is logged, and
    /// the host stops nevertheless.
    /// </summary>
    /// <param name="stopping">Cancelled when the host waits no longer.</param>
    protected virtual Task EndAsync(CancellationToken stopping) => Task.CompletedTask;

    public sealed override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await EndAsync(cancellationToken);
        }
#pragma warning disable CA1031 // The host stops whatever happens.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotEnded(GetType().Name, e);
        }
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (WaitsForHost) await hostHasStarted.Task.WaitAsync(stoppingToken);
            await Task.Delay(FirstRoundAfter, time, stoppingToken);
            TimeSpan? pause = null;
            while (await TryAsync(pause, stoppingToken) is { } next)
            {
                pause = next.Pause;
                await Task.Delay(next.Pause ?? next.Wait, time, stoppingToken);
            }
        }
#pragma warning disable CA1031 // Not every client throws OperationCanceledException when it is cancelled.
        catch (Exception) when (stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // The host stops, or did not start.
        }
    }

    private async Task<Next?> TryAsync(TimeSpan? pauseBefore, CancellationToken stopping)
    {
        try
        {
            var next = await RoundAsync(stopping);
            if (pauseBefore is not null) LogWorksAgain(GetType().Name);
            return next is { } wait ? new(wait, null) : null;
        }
#pragma warning disable CA1031 // An exception of one round must not end the others.
        catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (pauseBefore is null) LogFailed(GetType().Name, e);
            var pause = pauseBefore is { } before ? before * 2 : FirstPause;
            return new(default, pause < LongestPause ? pause : LongestPause);
        }
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken)
    {
        hostHasStarted.TrySetResult();
        return Task.CompletedTask;
    }

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "{Worker} failed and tries again.")]
    private partial void LogFailed(string worker, Exception e);

    [LoggerMessage(LogLevel.Warning, "{Worker} could not end its work before the stop.")]
    private partial void LogNotEnded(string worker, Exception e);

    [LoggerMessage(LogLevel.Information, "{Worker} works again.")]
    private partial void LogWorksAgain(string worker);

    // Pause: after a failure, instead of Wait.
    private sealed record Next(TimeSpan Wait, TimeSpan? Pause);
}

/// <summary>
/// A step of the start: the host waits for it before it serves, and an exception makes the start fail. Work that continues afterwards is
/// a <see cref="Worker"/>.
/// </summary>
public abstract class StartStep : IHostedService
{
    /// <exception cref="StartupException">The program cannot start; the message says why, in one line.</exception>
    public abstract Task StartAsync(CancellationToken cancellationToken);

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
