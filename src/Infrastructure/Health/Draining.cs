using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Health;

/// <summary>
/// After SIGTERM a process reports that it is not ready and keeps serving for <c>AARYA_DRAIN_SECONDS</c>. A load balancer that checks
/// readiness moves requests to another process meanwhile, so no request is refused.
/// </summary>
public sealed class Draining : IDisposable
{
    /// <summary>Seconds; at most 20, because the host stops a process 30 seconds after SIGTERM.</summary>
    internal static readonly NumberSetting Seconds = new("AARYA_DRAIN_SECONDS", 0, 0, 20);

    private readonly CancellationTokenSource ended = new();
    private readonly CancellationTokenRegistration beginning;
    private volatile bool hasBegun;

    public Draining(IConfiguration configuration, IHostApplicationLifetime lifetime)
    {
        var seconds = Seconds.Read(configuration);
        beginning = lifetime.ApplicationStopping.Register(() =>
        {
            hasBegun = true;
            ended.CancelAfter(TimeSpan.FromSeconds(seconds));
        });
    }

    /// <summary>True from SIGTERM on.</summary>
    internal bool HasBegun => hasBegun;

    /// <summary>Cancelled when the process has drained: requests that wait for something must end now.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>Waits until the process must stop and has drained.</summary>
    internal async Task WaitAsync() =>
        await Task.Delay(Timeout.InfiniteTimeSpan, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public void Dispose()
    {
        beginning.Dispose();
        ended.Dispose();
    }
}
