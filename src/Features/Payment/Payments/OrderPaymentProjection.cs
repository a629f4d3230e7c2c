using JasperFx.Events;
using Marten.Events.Aggregation;

namespace Aarya.Features.Payment.Payments;

/// <summary>Stores the payment next to its stream, in the transaction that appends.</summary>
public sealed partial class OrderPaymentProjection : SingleStreamProjection<OrderPayment, Guid>
{
    public override OrderPayment? Evolve(OrderPayment? snapshot, Guid id, IEvent e) => OrderPayment.After(snapshot, id, e.Data);
}
