using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Search.Recommendations;

/// <summary>
/// Cancellations, full refunds and hand-overs of orders. They may arrive before the order's confirmation: each is stored for
/// <see cref="Retention"/>, and the confirmation applies it. A lock per order makes handlers wait for each other.
/// </summary>
internal static class OrderChange
{
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>Other events of the order wait until the session's transaction ends.</summary>
    public static Task LockOrderAsync(this IDocumentSession session, Guid orderId, CancellationToken cancellation) =>
        session.LockAsync($"search order {orderId}", cancellation);

    /// <summary>The order no longer counts as bought.</summary>
    public static async Task ForgetOrderAsync(this IDocumentSession session, Guid orderId, CancellationToken cancellation)
    {
        await session.LockOrderAsync(orderId, cancellation);
        session.QueueSqlCommand("delete from search.purchase where order_id = ?", orderId);
        session.QueueSqlCommand(
            """
            insert into search.order_change (order_id, ended) values (?, true)
            on conflict (order_id) do update set ended = true, subject = null, at = now()
            """, orderId);
    }
}
