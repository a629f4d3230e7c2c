using Aarya.Specs.Streams.Billing.Contracts;
using Marten;

namespace Aarya.Specs.Streams.Billing;

public static class ChargeOrderHandler
{
    public static async Task<PaymentCaptured> Handle(OrderPlaced placed, IDocumentSession session, CancellationToken cancellation)
    {
        Console.WriteLine($"charging {placed.OrderId}");
        Effect.Record(session, "payment", "charged", placed.OrderId);
        await Fate.BefallsAsync(session, "payment", placed.Note, cancellation);
        return new(placed.OrderId, placed.Total);
    }
}
