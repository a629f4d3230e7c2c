using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders.Storefront;

/// <summary>The caller's own orders, the newest first.</summary>
public static class ListOrdersEndpoint
{
    public static ProblemDetails Validate(int? limit, string? cursor) => OrderPage.Validate(limit, cursor);

    [WolverineGet("/api/orders")]
    public static Task<OrderPage> Get(int? limit, string? cursor, Caller caller, IQuerySession session, CancellationToken cancellation) =>
        OrderPage.ReadAsync(session.Query<Order>().Where(x => x.Subject == caller.Subject), limit, cursor, cancellation);
}
