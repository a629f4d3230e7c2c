using System.Data.Common;
using System.Globalization;
using Aarya.Features.Commerce.Options;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Rates;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Aarya.Features.Commerce.Orders.Effects;

/// <summary>
/// The unpaid orders, each from its placing until it is paid or ends. <see cref="UnpaidLimit"/> limits them per shopper and per network
/// address, so that a stranger who orders and never pays cannot reserve all the stock. A checkout counts under a lock on the cart's owner
/// and one on the address, so that concurrent checkouts cannot exceed the limit together. Of the address, only a keyed hash is stored,
/// until the order is paid or ends.
/// </summary>
internal static class UnpaidOrders
{
    // The scheduled message that cancels an unpaid order may be this late.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    private static readonly OrderStatus[] Bought = [OrderStatus.Confirmed, OrderStatus.Packed, OrderStatus.Shipped, OrderStatus.Delivered];

    /// <summary>The network address of a client, for IPv6 its first 64 bits; null when it is unknown.</summary>
    public static string? NetworkOf(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address ? RateLimits.NetworkOf(address) : null;

    /// <summary>Waits for the other checkouts from the same address.</summary>
    public static NpgsqlBatchCommand Lock(string network) => AdvisoryLock.Waiting($"unpaid {network}");

    /// <summary>
    /// Two statements for a transaction that holds the locks: they count the unpaid orders of the shopper and of the address.
    /// </summary>
    /// <param name="ended">Orders that end in this transaction.</param>
    public static IEnumerable<NpgsqlBatchCommand> Count(IQuerySession session, Guid subject, string? network, IReadOnlyList<Guid> ended)
    {
        const string count = "select count(*), coalesce(sum(pieces), 0)::bigint from commerce.unpaid_order where";
        Guid[] without = [.. ended];
        yield return new($"{count} subject = $1 and order_id <> all ($2)")
        {
            Parameters = { new() { Value = subject }, new() { Value = without } },
        };
        yield return new($"{count} network = any ($1) and order_id <> all ($2)")
        {
            Parameters = { new() { Value = KeptOf(session, network) }, new() { Value = without } },
        };
    }

    /// <summary>Reads what <see cref="Count"/> has counted.</summary>
    public static async Task<(HeldUnpaid ByShopper, HeldUnpaid ByNetwork)> ReadAsync(DbDataReader reader, CancellationToken cancellation)
    {
        var shopper = await OneAsync();
        await reader.NextResultAsync(cancellation);
        return (shopper, await OneAsync());

        async Task<HeldUnpaid> OneAsync() =>
            await reader.ReadAsync(cancellation) ? new(reader.GetInt64(0), reader.GetInt64(1)) : default;
    }

    /// <summary>Why this order exceeds a limit; null when it does not.</summary>
    /// <param name="held">What <see cref="Count"/> has counted.</param>
    public static async Task<ProblemDetails?> RefuseAsync(
        IQuerySession session, CheckoutOptions options, (HeldUnpaid ByShopper, HeldUnpaid ByNetwork) held, Guid subject, string? network,
        int pieces, DateTimeOffset now, CancellationToken cancellation)
    {
        if (options.PerShopper.Refuses(held.ByShopper, pieces))
        {
            var waiting = await WaitingAsync(session, "subject = $1", subject, cancellation);
            return await TooManyAsync(session, waiting, After(waiting, options.PerShopper, pieces, now), cancellation);
        }

        if (network is null || !options.PerAddress.Refuses(held.ByNetwork, pieces)) return null;
        // A neighbour who uses up the limit of the address must not block shoppers who have bought here before.
        if (await session.Query<Order>().AnyAsync(x => x.Subject == subject && x.Status.IsOneOf(Bought), cancellation)) return null;
        var others = await WaitingAsync(session, "network = any ($1)", KeptOf(session, network), cancellation);
        return Busy(After(others, options.PerAddress, pieces, now));
    }

    /// <summary>Counts the order as unpaid, once the session saves.</summary>
    public static void Hold(IDocumentSession session, Guid orderId, Guid subject, string? network, int pieces, DateTimeOffset expiresAt) =>
        session.QueueSqlCommand(
            "insert into commerce.unpaid_order (order_id, subject, network, pieces, expires_at) values (?, ?, ?, ?, ?)",
            orderId, subject, (object?)KeptOf(session, network).FirstOrDefault() ?? DBNull.Value, pieces, expiresAt.ToUniversalTime());

    /// <summary>Stops counting the order, once the session saves.</summary>
    public static void Release(IDocumentSession session, Guid orderId) =>
        session.QueueSqlCommand("delete from commerce.unpaid_order where order_id = ?", orderId);

    /// <summary>The order counts for its new owner, once the session saves.</summary>
    public static void HandOver(IDocumentSession session, Guid orderId, Guid subject) =>
        session.QueueSqlCommand("update commerce.unpaid_order set subject = ? where order_id = ?", subject, orderId);

    // Without the key's id: a row exists for minutes only, so key rotation need not renew it.
    private static string[] KeptOf(IQuerySession session, string? network) =>
        network is null ? [] : [.. session.BlindIndexesOf($"network {network}").Select(x => x[(x.LastIndexOf(':') + 1)..])];

    private static async Task<List<Waiting>> WaitingAsync(IQuerySession session, string whose, object value, CancellationToken cancellation)
    {
        // In the order in which they expire. The limit only protects this process: no shop allows that many.
        await using var command = new NpgsqlCommand(
            $"select order_id, pieces, expires_at from commerce.unpaid_order where {whose} order by expires_at limit 10000")
        {
            Parameters = { new() { Value = value } },
        };
        List<Waiting> waiting = [];
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
            waiting.Add(new(reader.GetGuid(0), reader.GetInt32(1), await reader.GetFieldValueAsync<DateTimeOffset>(2, cancellation)));
        return waiting;
    }

    // The seconds until the order is within the limit, even if none of the others is paid.
    private static int After(List<Waiting> waiting, UnpaidLimit limit, int pieces, DateTimeOffset now)
    {
        var held = new HeldUnpaid(waiting.Count, waiting.Sum(x => (long)x.Pieces));
        var until = now;
        foreach (var next in waiting)
        {
            if (!limit.Refuses(held, pieces)) break;
            held = new(held.Orders - 1, held.Pieces - next.Pieces);
            until = next.ExpiresAt;
        }

        return (int)Math.Ceiling(Math.Max(0, (until - now).TotalSeconds) + Late.TotalSeconds);
    }

    private static async Task<ProblemDetails> TooManyAsync(
        IQuerySession session, List<Waiting> waiting, int seconds, CancellationToken cancellation)
    {
        var orders = await session.LoadManyAsync<Order>(cancellation, waiting.Take(100).Select(x => x.OrderId));
        var problem = Problem.Of(
            StatusCodes.Status429TooManyRequests, "checkout.too_many_unpaid", "Too many unpaid orders",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Pay or cancel an unpaid order first ({string.Join(", ", orders.Select(x => x.Number))}), or try again "
                + $"in {seconds} s."));
        problem.Extensions["orders"] = orders.Select(x => new UnpaidOrderView(x.Id, x.Number, x.ExpiresAt)).ToList();
        problem.Extensions[RetryAfter] = seconds;
        return problem;
    }

    private static ProblemDetails Busy(int seconds)
    {
        var problem = Problem.Of(
            StatusCodes.Status429TooManyRequests, "checkout.address_busy", "Too many unpaid orders from this network",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Many orders from this network are unpaid: try again in {seconds} s, or when some of them are paid."));
        problem.Extensions[RetryAfter] = seconds;
        return problem;
    }

    /// <summary>The member of a problem with the seconds to wait before the next attempt.</summary>
    private const string RetryAfter = "retryAfter";

    /// <summary>Sets the answer's Retry-After header, if the problem has that member.</summary>
    public static ProblemDetails WithRetryAfter(this ProblemDetails problem, HttpContext http)
    {
        if (problem.Extensions.TryGetValue(RetryAfter, out var seconds) && seconds is int)
            http.Response.Headers.RetryAfter = string.Create(CultureInfo.InvariantCulture, $"{seconds}");
        return problem;
    }

    private sealed record Waiting(Guid OrderId, int Pieces, DateTimeOffset ExpiresAt);
}

/// <summary>An unpaid order of the shopper.</summary>
public sealed record UnpaidOrderView(Guid Id, string Number, DateTimeOffset ExpiresAt);
