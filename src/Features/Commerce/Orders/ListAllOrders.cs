using Aarya.Features.Commerce.Checkout;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders;

/// <summary>Everybody's orders for the shop's people, the newest first; those of one status, one address or one number if asked.</summary>
public static class ListAllOrdersEndpoint
{
    public static ProblemDetails Validate(int? limit, string? cursor, string? status)
    {
        var page = OrderPage.Validate(limit, cursor);
        return page.Status is not null || status is null || StatusOf(status) is not null
            ? page
            : Problem.Invalid("status", $"must be one of {string.Join(", ", Enum.GetValues<OrderStatus>().Select(x => x.Text()))}.");
    }

    [WolverineGet("/api/admin/orders"), Authorize("support")]
    public static Task<OrderPage> Get(int? limit, string? cursor, string? status, string? email, string? number, IQuerySession session, CancellationToken cancellation)
    {
        IQueryable<Order> orders = session.Query<Order>();
        if (StatusOf(status) is { } wanted) orders = orders.Where(x => x.Status == wanted);
        if (email is not null) orders = orders.Where(x => x.EmailIndex.IsOneOf(session.BlindIndexesOf(email)));
        if (number is not null)
        {
            var sequence = OrderNumber.TryParse(number, out var parsed) ? parsed : -1;
            orders = orders.Where(x => x.Sequence == sequence);
        }

        return OrderPage.ReadAsync(orders, limit, cursor, cancellation);
    }

    private static OrderStatus? StatusOf(string? text) => Enum.GetValues<OrderStatus>().Cast<OrderStatus?>().FirstOrDefault(x => x!.Value.Text() == text);
}
