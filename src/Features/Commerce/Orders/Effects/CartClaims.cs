using Aarya.Infrastructure.Postgres;
using Marten;
using Npgsql;

namespace Aarya.Features.Commerce.Orders.Effects;

/// <summary>
/// Which orders have taken goods that a cart still shows: from placing an order until its goods leave the cart or it ends. A checkout reads
/// the cart before its transaction begins, so that it holds no transaction while Redis is slow. Then it locks the cart's owner and reads
/// these claims, so that two orders never take the same goods: the claim of an order whose goods have left the cart since the checkout has
/// read it still counts.
/// </summary>
internal static class CartClaims
{
    // Far longer than any request may take: a claim that ended earlier concerns no checkout.
    private const string Kept = "interval '10 minutes'";

    /// <summary>
    /// Waits for other transactions that order from this cart or hand it over, then returns the orders that claim its goods. An id without
    /// an order says that the cart was handed over.
    /// </summary>
    /// <param name="reading">
    /// When the cart was read: claims whose goods left it afterwards are returned too. Default when the lock is held during the reading.
    /// </param>
    /// <param name="network">If given, also waits for other checkouts from this network address, while only the cart is locked.</param>
    public static async Task<IReadOnlyList<Guid>> LockAsync(
        IDocumentSession session, Guid subject, CartAge reading, CancellationToken cancellation, string? network = null)
    {
        await session.StartTransactionAsync(cancellation);
        // Separate statements: the read must see what was committed while the locks waited.
        await using var batch = new NpgsqlBatch(session.Connection) { BatchCommands = { Lock(subject) } };
        if (network is not null) batch.BatchCommands.Add(UnpaidOrders.Lock(network));
        batch.BatchCommands.Add(Read(subject, reading));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        for (var locks = batch.BatchCommands.Count - 1; locks > 0; locks--) await reader.NextResultAsync(cancellation);
        List<Guid> orders = [];
        while (await reader.ReadAsync(cancellation)) orders.Add(reader.GetGuid(0));
        return orders;
    }

    /// <summary>The order claims what it took from this cart, once the session saves.</summary>
    public static void Claim(IDocumentSession session, Guid subject, Guid orderId) =>
        session.QueueSqlCommand("insert into commerce.cart_claim (order_id, subject) values (?, ?)", orderId, subject);

    /// <summary>Ends the claim of an order that has ended, once the session saves: its goods can be ordered from the cart.</summary>
    public static void Release(IDocumentSession session, Guid orderId) =>
        session.QueueSqlCommand("delete from commerce.cart_claim where order_id = ?", orderId);

    /// <summary>Ends the claim of an order whose goods have left the cart, once the session saves.</summary>
    /// <param name="leftAt">When they left it, in Unix microseconds by the clock of Redis.</param>
    public static void End(IDocumentSession session, Guid orderId, long leftAt)
    {
        session.QueueSqlCommand(
            "update commerce.cart_claim set ended_at = clock_timestamp(), left_at = ? where order_id = ? and ended_at is null",
            leftAt, orderId);
        session.QueueSqlCommand(
            $"""
            delete from commerce.cart_claim where order_id in (
              select order_id from commerce.cart_claim where ended_at < clock_timestamp() - {Kept} limit 100 for update skip locked)
            """);
    }

    /// <summary>Deletes the claims of these subjects' orders: their carts are deleted.</summary>
    public static void Forget(IDocumentSession session, Guid[] subjects) =>
        session.QueueSqlCommand("delete from commerce.cart_claim where subject = any (?)", subjects);

    /// <summary>Locks the cart that the order took its goods from, even if the cart has another owner now.</summary>
    /// <returns>Its owner; null when the order claims nothing.</returns>
    public static async Task<Guid?> LockOwnerAsync(IDocumentSession session, Guid orderId, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        var owner = await OwnerAsync(session, orderId, cancellation);
        while (owner is { } subject)
        {
            await LockAsync(session, subject, default, cancellation);
            // The cart may have been handed over while this waited.
            owner = await OwnerAsync(session, orderId, cancellation);
            if (owner == subject) break;
        }

        return owner;
    }

    /// <summary>Locks both carts and moves the claims on the first to the second, once the session saves.</summary>
    public static async Task HandOverAsync(IDocumentSession session, Guid from, Guid to, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        // In a fixed order, so that two opposite hand-overs cannot deadlock.
        foreach (var subject in new[] { from, to }.Order()) await LockAsync(session, subject, default, cancellation);
        if (from == to) return;
        // Queued, so that an order's stream is always locked before its claim.
        session.QueueSqlCommand("update commerce.cart_claim set subject = ? where subject = ? and ended_at is null", to, from);
        // A claim without an order, ended at once: a checkout that has read the first cart before finds that its goods are elsewhere.
        session.QueueSqlCommand(
            "insert into commerce.cart_claim (order_id, subject, ended_at) values (?, ?, clock_timestamp())", Guid.CreateVersion7(), from);
    }

    private static async Task<Guid?> OwnerAsync(IDocumentSession session, Guid orderId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select subject from commerce.cart_claim where order_id = $1 and ended_at is null")
        {
            Parameters = { new() { Value = orderId } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetGuid(0) : null;
    }

    private static NpgsqlBatchCommand Lock(Guid subject) => AdvisoryLock.Waiting($"cart {subject}");

    // now() is when the transaction began, which is before the locks were waited for and not before the cart was read.
    private static NpgsqlBatchCommand Read(Guid subject, CartAge reading) => new(
        """
        select order_id from commerce.cart_claim
        where subject = $1 and (ended_at is null or (ended_at > now() - $2 and (left_at is null or left_at > $3)))
        order by order_id
        """)
    {
        Parameters = { new() { Value = subject }, new() { Value = reading.Age }, new() { Value = reading.ReadAt } },
    };
}

/// <summary>When a cart was read.</summary>
/// <param name="Age">How long ago, at most.</param>
/// <param name="ReadAt">In Unix microseconds by the clock of Redis.</param>
internal readonly record struct CartAge(TimeSpan Age, long ReadAt);
