using Aarya.Specs.Streams.Orders.Contracts;
using Marten;

namespace Aarya.Specs.Streams.Orders;

public static class ConfirmOrderHandler
{
    public static void Handle(PaymentCaptured paid, IDocumentSession session) =>
        Effect.Record(session, "commerce", "confirmed", paid.OrderId);
}
