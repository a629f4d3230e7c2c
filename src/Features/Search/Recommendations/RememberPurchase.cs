using Aarya.Features.Search.Contracts;
using Aarya.Infrastructure.Messaging;
using Marten;

namespace Aarya.Features.Search.Recommendations;

/// <summary>Stores which SKUs a shopper bought, once per order: no names, no prices.</summary>
[Rebuilds]
public static class RememberPurchaseHandler
{
    public static async Task Handle(OrderConfirmedNotice confirmed, IDocumentSession session, CancellationToken cancellation)
    {
        var lines = confirmed.Lines.GroupBy(x => x.Sku).ToList();
        await session.LockOrderAsync(confirmed.OrderId, cancellation);
        session.QueueSqlCommand(
            """
            insert into search.purchase (order_id, sku, subject, quantity, at, product_id)
            select confirmed.id, line.sku, coalesce(change.subject, ?), line.quantity, ?,
              (select product_id from search.variant where variant.sku = line.sku limit 1)
            from (select ?::uuid) as confirmed(id) cross join unnest(?::text[], ?::integer[]) as line(sku, quantity)
            left join search.order_change as change on change.order_id = confirmed.id
            where change.ended is not true on conflict do nothing
            """,
            confirmed.Subject, confirmed.At.ToUniversalTime(), confirmed.OrderId, lines.Select(x => x.Key).ToArray(),
            lines.Select(x => x.Sum(y => y.Quantity)).ToArray());
        // The purchase has its owner now.
        session.QueueSqlCommand("delete from search.order_change where order_id = ? and not ended", confirmed.OrderId);
    }
}
