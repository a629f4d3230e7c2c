using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Search.Recommendations;

/// <summary>
/// What happens to an order beside its purchase. Events of one order are handled one after another, in any order: a change that comes
/// before the purchase is kept for it for <see cref="Kept"/>.
/// </summary>
internal static class OrderChange
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Other events of the order wait until the session's transaction ends.</summary>
    public static Task LockOrderAsync(this IDocumentSession session, Guid orderId, CancellationToken cancellation) =>
        session.LockAsync($"search order {orderId}", cancellation);

    /// <summary>The order no longer counts as bought.</summary>
    public static async Task EndOrderAsync(this IDocumentSession session, Guid orderId, CancellationToken cancellation)
    {
        await session.LockOrderAsync(orderId, cancellation);
        session.QueueSqlCommand("delete from search.purchase where order_id = ?", orderId);
        session.QueueSqlCommand(
            """
            insert into search.order_change (order_id, ended) values (?, true)
            on conflict (order_id) do update set ended = true, subject = null
            """, orderId);
    }
}
