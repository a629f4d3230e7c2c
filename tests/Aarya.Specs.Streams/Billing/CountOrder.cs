using Aarya.Specs.Streams.Billing.Contracts;
using Marten;

namespace Aarya.Specs.Streams.Billing;

/// <summary>The second handler of this context for a placed order.</summary>
public static class CountOrderHandler
{
    public static async Task Handle(OrderPlaced placed, IDocumentSession session, CancellationToken cancellation)
    {
        Effect.Record(session, "payment", "counted", placed.OrderId);
        await Fate.BefallsAsync(session, "count", placed.Note, cancellation);
    }
}
