using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders.Storefront;

/// <summary>Cancels an order that has not been shipped. What was paid is refunded (see <see cref="OrderCancelledNotice"/>).</summary>
public static class CancelOrderEndpoint
{
    public static ProblemDetails Validate(Caller caller, Order? order) => caller.MustSee(order, x => x.CanBeCancelled
        ? WolverineContinue.NoProblems
        : x.Refuses("order.not_cancellable", "only an order that has not been shipped can be cancelled."));

    [Refuses(409, "order.not_cancellable", "The order has been shipped or has ended. `detail` names its status.")]
    [WolverinePost("/api/orders/{id:guid}/cancel")]
    public static async Task<(OrderView, Events, OutgoingMessages)> Post(
        Guid id, Caller caller, [WriteAggregate(nameof(id), LoadStyle = ConcurrencyStyle.Exclusive, Required = false)] Order? order,
        IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var facts = order!.Cancel(order.Subject == caller.Subject ? CancelReason.ByShopper : CancelReason.ByShop, now);
        var (events, news) = await OrderMessages.OfAsync(session, order, facts, cancellation);
        if (order.Subject != caller.Subject)
            news.Add(StaffActedNotice.Of(caller, StaffActions.OrderCancelled, "order", $"{id:D}", now));
        return (OrderView.Of(order.After(facts)), events, news);
    }
}
