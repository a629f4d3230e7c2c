using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The bank wants to hear from the shopper: the order says where.</summary>
public static class AskForPaymentActionHandler
{
    public static Events Handle(
        Contracts.PaymentActionRequired required,
        [WriteAggregate(LoadStyle = ConcurrencyStyle.Exclusive, OnMissing = OnMissing.ThrowException)] Order order,
        DateTimeOffset now) =>
        [.. order.RequireAction(required.NextActionUrl, required.ChargeNumber, now)];
}
