using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Health;

/// <summary>
/// After SIGTERM a process reports that it is not ready and keeps serving for <c>AARYA_DRAIN_SECONDS</c>. A load balancer that checks
/// readiness moves requests to another process meanwhile, so no request is refused.
/// </summary>
internal sealed class Draining(IConfiguration configuration, TimeProvider time) : IHostedLifecycleService
{
    /// <summary>Seconds; at most 20, because the host stops a process 30 seconds after SIGTERM.</summary>
    public static readonly NumberSetting Seconds = new("AARYA_DRAIN_SECONDS", 0, 0, 20);

    private volatile bool hasBegun;

    /// <summary>True from SIGTERM on.</summary>
    public bool HasBegun => hasBegun;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        hasBegun = true;
        await Task.Delay(TimeSpan.FromSeconds(Seconds.Read(configuration)), time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
