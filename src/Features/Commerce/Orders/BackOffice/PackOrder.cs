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

/// <summary>Records that a paid order was packed.</summary>
public static class PackOrderEndpoint
{
    public static ProblemDetails Validate(Order? order) => order.MustBe(OrderStatus.Confirmed, "order.not_packable");

    [Refuses(409, "order.not_packable", "The order's status is not `confirmed`, or its refund is in progress. `detail` names its status.")]
    [WolverinePost("/api/admin/orders/{id:guid}/pack"), Authorize("support")]
    public static async Task<(OrderView, Events, OutgoingMessages)> Post(
        Guid id, Caller caller,
        [WriteAggregate(nameof(id), LoadStyle = ConcurrencyStyle.Exclusive, Required = false)] Order? order,
        IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var packed = new OrderPacked(now);
        var (events, news) = await OrderMessages.OfAsync(session, order!, [packed], cancellation);
        news.Add(StaffActedNotice.Of(caller, StaffActions.OrderPacked, "order", $"{id:D}", now));
        return (OrderView.Of(order!.After(packed)), events, news);
    }
}
