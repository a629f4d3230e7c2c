using Aarya.Infrastructure.OpenApi;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The goods of a paid order are in their box.</summary>
public static class PackOrderEndpoint
{
    public static ProblemDetails Validate(Order? order) => order.MustBe(OrderStatus.Confirmed, "order.not_packable");

    [Refuses(409, "order.not_packable", "It is not a confirmed order. `detail` names the status of the order.")]
    [WolverinePost("/api/admin/orders/{id:guid}/pack"), Authorize("support")]
    public static (OrderView, Events) Post(Guid id, [WriteAggregate(nameof(id), LoadStyle = ConcurrencyStyle.Exclusive, Required = false)] Order? order, DateTimeOffset now)
    {
        var packed = new OrderPacked(now);
        return (OrderView.Of(order!.After(packed)), [packed]);
    }
}
