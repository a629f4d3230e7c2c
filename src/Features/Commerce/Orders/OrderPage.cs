using Aarya.Features.Commerce.Checkout;
using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders;

/// <summary>A page of orders, the newest first. The cursor is the number of the last one.</summary>
public sealed record OrderPage(IReadOnlyList<OrderView> Items, string? NextCursor)
{
    private const int Most = 100;
    private const int Usual = 20;

    internal static ProblemDetails Validate(int? limit, string? cursor)
    {
        if (limit is < 1 or > Most) return Problem.Invalid("limit", $"must be from 1 to {Most}.");
        return cursor is null || OrderNumber.TryParse(cursor, out _)
            ? WolverineContinue.NoProblems
            : Problem.Invalid("cursor", "must be the nextCursor of an earlier page.");
    }

    internal static async Task<OrderPage> ReadAsync(IQueryable<Order> from, int? limit, string? cursor, CancellationToken cancellation)
    {
        var take = limit ?? Usual;
        if (OrderNumber.TryParse(cursor, out var last)) from = from.Where(x => x.Sequence < last);
        var orders = await from.OrderByDescending(x => x.Sequence).Take(take + 1).ToListAsync(cancellation);
        return new([.. orders.Take(take).Select(OrderView.Of)], orders.Count > take ? orders[take - 1].Number : null);
    }
}
