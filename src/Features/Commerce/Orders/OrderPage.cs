using Marten;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Features.Commerce.Orders;

/// <summary>A page of orders, the newest first.</summary>
public sealed record OrderPage(IReadOnlyList<OrderView> Items, string? NextCursor)
{
    private const int Most = 100;
    private const int Usual = 20;

    internal static ProblemDetails Validate(int? limit, string? cursor) => PageCursor.Validate(limit ?? Usual, Most, cursor);

    internal static async Task<OrderPage> ReadAsync(IQueryable<Order> from, int? limit, string? cursor, CancellationToken cancellation)
    {
        var take = limit ?? Usual;
        if (PageCursor.Parse(cursor) is { Key: var last }) from = from.Where(x => x.Sequence < last);
        var orders = await from.OrderByDescending(x => x.Sequence).Take(take + 1).ToListAsync(cancellation);
        var next = orders.Count > take ? new PageCursor(orders[take - 1].Sequence, orders[take - 1].Id).ToString() : null;
        return new([.. orders.Take(take).Select(OrderView.Of)], next);
    }
}
