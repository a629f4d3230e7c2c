using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders.BackOffice;

/// <summary>Records that an order was delivered.</summary>
public static class DeliverOrderEndpoint
{
    public static ProblemDetails Validate(Order? order) => order.MustBe(OrderStatus.Shipped, "order.not_deliverable");

    [Refuses(409, "order.not_deliverable", "The order's status is not `shipped`, or its refund is in progress. `detail` names its status.")]
    [WolverinePost("/api/admin/orders/{id:guid}/deliver"), Authorize("support")]
    public static async Task<(OrderView, Events, OutgoingMessages)> Post(
        Guid id, Caller caller,
        [WriteAggregate(nameof(id), LoadStyle = ConcurrencyStyle.Exclusive, Required = false)] Order? order,
        IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var delivered = new OrderDelivered(now);
        var (events, news) = await OrderMessages.OfAsync(session, order!, [delivered], cancellation);
        news.Add(StaffActedNotice.Of(caller, StaffActions.OrderDelivered, "order", $"{id:D}", now));
        return (OrderView.Of(order!.After(delivered)), events, news);
    }
}
