using System.Diagnostics;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Passes on the trace of a request, but no baggage (W3C Baggage) and no <c>tracestate</c>: what a shopper sends there would reach the
/// payment provider and every other system that the shop calls.
/// </summary>
internal sealed class PropagatorWithoutBaggage : DistributedContextPropagator
{
    private readonly DistributedContextPropagator w3c = CreateW3CPropagator();

    // The proxy removes these from a request before it passes it on.
    public override IReadOnlyCollection<string> Fields { get; } = ["traceparent", "tracestate", "baggage", "Correlation-Context"];

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
    }

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        w3c.Inject(activity, carrier, setter is null ? null : (to, name, value) =>
        {
            if (name == "traceparent") setter(to, name, value);
        });
}
