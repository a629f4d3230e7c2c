using System.Diagnostics;
using Aarya.Infrastructure.Telemetry;

namespace Aarya.Specs.Telemetry;

/// <summary>What passes from one process to the next, and to other systems.</summary>
public sealed class PropagatorWithoutBaggageSpec
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void the_trace_passes_on_and_baggage_does_not()
    {
        var propagator = new PropagatorWithoutBaggage();
        using var span = new Activity("a request").SetParentId(Trace).AddBaggage("shopper", "a private word");
        span.TraceStateString = "vendor=1";
        span.Start();
        var sent = new Dictionary<string, string>();

        propagator.Inject(span, sent, (_, name, value) => sent[name] = value);

        Assert.Equal(["traceparent"], sent.Keys);
        Assert.Equal(span.Id, sent["traceparent"]);
    }

    [Fact]
    public void what_a_client_sends_as_baggage_is_not_read()
    {
        var received = new Dictionary<string, string>
        {
            ["traceparent"] = Trace,
            ["tracestate"] = "shopper=private",
            ["baggage"] = "shopper=private",
            ["Correlation-Context"] = "a=b",
        };

        new PropagatorWithoutBaggage().ExtractTraceIdAndState(received, Get, out var trace, out var state);

        Assert.Equal(Trace, trace);
        Assert.Null(state);
        Assert.Null(new PropagatorWithoutBaggage().ExtractBaggage(received, Get));

        static void Get(object? carrier, string name, out string? value, out IEnumerable<string>? values) =>
            (value, values) = (((Dictionary<string, string>)carrier!).GetValueOrDefault(name), null);
    }
}
