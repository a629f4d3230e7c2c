using System.Globalization;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Edge;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders.Storefront;

/// <summary>
/// One order. With <c>?wait=10s</c> the answer comes as soon as the order's payment is no longer pending, or when the time is up; with
/// <c>&amp;status=requires_action</c> as soon as neither the order nor its payment has that status (<c>pending_payment</c> counts as
/// pending). It comes at once when too many requests of the process, the shopper or the network address are already waiting.
/// </summary>
public static class GetOrderEndpoint
{
    private const int LongestWait = 25;

    private static readonly string[] Statuses =
        [.. Enum.GetValues<OrderStatus>().Select(x => x.Text()).Union(Enum.GetValues<OrderPaymentStatus>().Select(x => x.Text()))];

    // In case the notification of a change is lost.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    public static ProblemDetails Validate(string? wait, string? status)
    {
        if (PatienceOf(wait) is null) return Problem.Invalid("wait", $"must be whole seconds from 0s to {LongestWait}s, such as 10s.");
        return status is null || Statuses.Contains(status)
            ? WolverineContinue.NoProblems
            : Problem.Invalid("status", $"must be the status that the client has seen, one of {string.Join(", ", Statuses)}.");
    }

    public static async Task<(Order?, ProblemDetails)> LoadAsync(
        Guid id, string? wait, string? status, Caller caller, HttpContext http, IQuerySession session, OrderWatch watch, TimeProvider time,
        Draining draining, CancellationToken cancellation)
    {
        var patience = PatienceOf(wait)!.Value;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, draining.Ended);
        var network = RateLimits.NetworkOf(http.Connection.RemoteIpAddress);
        using var waiter = patience > TimeSpan.Zero ? watch.Begin(id, caller.Subject, network) : null;
        var began = time.GetTimestamp();
        var order = await session.LoadAsync<Order>(id, cancellation);
        while (waiter is not null && order is not null && caller.CanSee(order) && IsAsSeen(order, status)
            && patience - time.GetElapsedTime(began) is { Ticks: > 0 } left && !draining.Ended.IsCancellationRequested)
        {
            await waiter.ChangeAsync(left < LookAgainAfter ? left : LookAgainAfter, ending.Token);
            order = await session.LoadAsync<Order>(id, cancellation);
        }

        return (order, caller.MustSee(order));
    }

    [WolverineGet("/api/orders/{id:guid}"), WaitsForNews]
    public static OrderView Get(Order order) => OrderView.Of(order);

    // Without a status from the client, the request waits while the payment's outcome is unknown.
    private static bool IsAsSeen(Order order, string? seen) => seen is null || seen == OrderStatus.PendingPayment.Text()
        ? order is { AwaitsPayment: true, PaymentStatus: OrderPaymentStatus.Pending }
        : order.Status.Text() == seen || order.PaymentStatus.Text() == seen;

    private static TimeSpan? PatienceOf(string? wait)
    {
        if (wait is null) return TimeSpan.Zero;
        return wait is [.., 's']
            && int.TryParse(wait.AsSpan(0, wait.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= LongestWait
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }
}
