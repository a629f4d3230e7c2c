using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders.Payments;

/// <summary>A charge was declined: the shopper can pay with another token until the order expires, unless the decline is final.</summary>
public static class RecordDeclineHandler
{
    public static Task<(Events, OutgoingMessages)> Handle(
        PaymentDeclinedNotice declined,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        IDocumentSession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        OrderMessages.OfAsync(session, order, order.Decline(declined.Code, declined.Final, declined.ChargeNumber, now), cancellation);
}
