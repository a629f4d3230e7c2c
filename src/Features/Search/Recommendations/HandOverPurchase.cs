using Aarya.Features.Search.Contracts;
using Aarya.Infrastructure.Messaging;
using Marten;

namespace Aarya.Features.Search.Recommendations;

/// <summary>What a guest bought belongs to the account that the order was handed over to.</summary>
[Rebuilds]
public static class HandOverPurchaseHandler
{
    public static async Task Handle(OrderHandedOverNotice handedOver, IDocumentSession session, CancellationToken cancellation)
    {
        await session.LockOrderAsync(handedOver.OrderId, cancellation);
        session.QueueSqlCommand("update search.purchase set subject = ? where order_id = ?", handedOver.To, handedOver.OrderId);
        session.QueueSqlCommand(
            """
            insert into search.order_change as known (order_id, subject, ended)
            select ?, ?, false where not exists (select from search.purchase where order_id = ?)
            on conflict (order_id) do update set subject = excluded.subject, at = now() where not known.ended
            """, handedOver.OrderId, handedOver.To, handedOver.OrderId);
    }
}
