using Aarya.Features.Payment.Contracts;
using JasperFx.Metadata;
using Marten;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>The new owner of an order that was handed over.</summary>
public sealed class OrderOwner : IVersioned
{
    /// <summary>The order's id.</summary>
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public Guid UserId { get; set; }
}

public static class HandOverPaymentHandler
{
    public static Task<OrderOwner?> LoadAsync(OrderHandedOverNotice handedOver, IQuerySession session, CancellationToken cancellation) =>
        session.LoadAsync<OrderOwner>(handedOver.OrderId, cancellation);

    public static IMartenOp Handle(OrderHandedOverNotice handedOver, OrderOwner? known)
    {
        var owner = known ?? new OrderOwner { Id = handedOver.OrderId };
        owner.UserId = handedOver.To;
        return MartenOps.Store(owner);
    }
}
