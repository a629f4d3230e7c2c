using Aarya.Features.Search.Contracts;
using Marten;

namespace Aarya.Features.Search.Recommendations;

/// <summary>Stores which SKUs a shopper bought, once per order: no names, no prices.</summary>
public static class RememberPurchaseHandler
{
    public static void Handle(OrderConfirmedNotice confirmed, IDocumentSession session)
    {
        var lines = confirmed.Lines.GroupBy(x => x.Sku).ToList();
        session.QueueSqlCommand(
            """
            insert into search.purchase (order_id, sku, subject, quantity, at)
            select ?, line.sku, ?, line.quantity, ? from unnest(?::text[], ?::integer[]) as line(sku, quantity) on conflict do nothing
            """,
            confirmed.OrderId, confirmed.Subject, confirmed.At.ToUniversalTime(), lines.Select(x => x.Key).ToArray(),
            lines.Select(x => x.Sum(y => y.Quantity)).ToArray());
    }
}
