using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Aarya.Infrastructure.Proxy;

/// <summary>
/// Sends a context no requests for a short time after several in a row could not reach it or timed out, so that shoppers
/// get their 503 at once. What a client does (disconnecting, sending half a body) never counts, so no client can eject a
/// healthy context. A broken connection does not count either, because a restart causes one.
/// </summary>
public sealed class ClusterCircuit(IDestinationHealthUpdater health) : IPassiveHealthCheckPolicy
{
    public const string PolicyName = "Circuit";

    private const int FailuresInARow = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, int> failures = new(StringComparer.Ordinal);

    public string Name => PolicyName;

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        var failure = context.GetForwarderErrorFeature();
        if (failure is null)
        {
            failures[cluster.ClusterId] = 0;
            return;
        }

        if (failure.Error != ForwarderError.RequestTimedOut
            && !(failure.Error == ForwarderError.Request && ProxyRetry.IsUnreached(failure.Exception))) return;
        if (failures.AddOrUpdate(cluster.ClusterId, 1, (_, n) => n + 1) < FailuresInARow) return;
        failures[cluster.ClusterId] = 0;
        health.SetPassive(cluster, destination, DestinationHealth.Unhealthy, Pause);
    }
}
