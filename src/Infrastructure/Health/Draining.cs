using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Health;

/// <summary>
/// After SIGTERM a process reports that it is not ready and keeps serving for <c>AARYA_DRAIN_SECONDS</c>. A load balancer that checks
/// readiness moves requests to another process meanwhile, so no request is refused.
/// </summary>
public sealed class Draining(IConfiguration configuration, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    /// <summary>Seconds; at most 20, because the host stops a process 30 seconds after SIGTERM.</summary>
    internal static readonly NumberSetting Seconds = new("AARYA_DRAIN_SECONDS", 0, 0, 20);

    private readonly CancellationTokenSource ended = new();
    private volatile bool hasBegun;

    /// <summary>True from SIGTERM on.</summary>
    internal bool HasBegun => hasBegun;

    /// <summary>Cancelled when the process has drained: requests that wait for something must end now.</summary>
    public CancellationToken Ended => ended.Token;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        hasBegun = true;
        await Task.Delay(TimeSpan.FromSeconds(Seconds.Read(configuration)), time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.CancelAsync();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => ended.Dispose();
}
