using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Metrics;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>Whether the gateway sends requests to each context behind it.</summary>
internal sealed class CircuitMetrics
{
    private readonly IProxyStateLookup proxy;

    public CircuitMetrics(IProxyStateLookup proxy, IMeterFactory meters)
    {
        this.proxy = proxy;
        meters.Create(ShopMeter.Name).CreateObservableGauge("aarya_context_circuit_open", Read, unit: null,
            "1 while the gateway refuses requests for a context because it does not answer, else 0.");
    }

    private IEnumerable<Measurement<int>> Read() => proxy.GetClusters().Select(x => new Measurement<int>(
        x.DestinationsState.AvailableDestinations.Count == 0 ? 1 : 0, new KeyValuePair<string, object?>("context", x.ClusterId)));
}
