using System.Globalization;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Hosting;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// One order. With <c>?wait=10s</c> an order that still waits for its payment is answered when that has got somewhere, or when
/// the time is over; when too many wait already it is answered at once.
/// </summary>
public static class GetOrderEndpoint
{
    private const int LongestWait = 25;

    // Should the news of the change get lost.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    public static ProblemDetails Validate(string? wait) => PatienceOf(wait) is not null
        ? WolverineContinue.NoProblems
        : Problem.Invalid("wait", $"must be whole seconds from 0s to {LongestWait}s, such as 10s.");

    public static async Task<(Order?, ProblemDetails)> LoadAsync(
        Guid id, string? wait, Caller caller, IQuerySession session, OrderWatch watch, TimeProvider time, IHostApplicationLifetime life, CancellationToken cancellation)
    {
        var patience = PatienceOf(wait)!.Value;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, life.ApplicationStopping);
        using var waiter = patience > TimeSpan.Zero ? watch.Begin(id) : null;
        var began = time.GetTimestamp();
        var order = await session.LoadAsync<Order>(id, cancellation);
        var first = order?.PaymentStatus;
        while (waiter is not null && order is { AwaitsPayment: true } && caller.CanSee(order) && order.PaymentStatus == first
            && patience - time.GetElapsedTime(began) is { Ticks: > 0 } left && !life.ApplicationStopping.IsCancellationRequested)
        {
            await waiter.ChangeAsync(left < LookAgainAfter ? left : LookAgainAfter, ending.Token);
            order = await session.LoadAsync<Order>(id, cancellation);
        }

        return (order, caller.MustSee(order));
    }

    [WolverineGet("/api/orders/{id:guid}")]
    public static OrderView Get(Order order) => OrderView.Of(order);

    private static TimeSpan? PatienceOf(string? wait)
    {
        if (wait is null) return TimeSpan.Zero;
        return wait is [.., 's'] && int.TryParse(wait.AsSpan(0, wait.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestWait
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }
}
