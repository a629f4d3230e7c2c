using Aarya.Features.Commerce.Orders.Storefront;
using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders.BackOffice;

/// <param name="Amount">Absent while unknown, for a refund of all that was left.</param>
public sealed record RefundView(Guid Id, Money? Amount, string Reason, DateTimeOffset RequestedAt, RefundState State)
{
    internal static RefundView Of(Refund x) => new(x.Id, x.Amount, x.Reason, x.RequestedAt, x.State);
}

/// <summary>An order with the details that only staff see.</summary>
public sealed record WholeOrderView : OrderView
{
    private WholeOrderView(OrderView order) : base(order) { }

    /// <summary>The owner: the id of a guest or a customer.</summary>
    public Guid Subject { get; private init; }

    /// <summary>What the shopper has paid so far.</summary>
    public Money Paid { get; private init; }

    public IReadOnlyList<RefundView> Refunds { get; private init; } = [];

    /// <summary>What happened to it, the oldest first.</summary>
    public IReadOnlyList<TimelineEntry> Timeline { get; private init; } = [];

    internal static WholeOrderView Of(Order order, IReadOnlyList<TimelineEntry> timeline) => new(OrderView.Of(order))
    {
        Subject = order.Subject,
        Paid = order.Paid,
        Refunds = [.. order.Refunds.Select(RefundView.Of)],
        Timeline = timeline,
    };
}

/// <summary>One order by its id or its number, with its buyer, its timeline and its refunds.</summary>
[Authorize("support")]
public static class GetWholeOrderEndpoint
{
    public static async Task<(Order?, ProblemDetails)> LoadAsync(string idOrNumber, IQuerySession session, CancellationToken cancellation)
    {
        Order? order = null;
        if (Guid.TryParse(idOrNumber, out var id)) order = await session.LoadAsync<Order>(id, cancellation);
        else if (OrderNumber.TryParse(idOrNumber, out var sequence))
            order = await session.Query<Order>().FirstOrDefaultAsync(x => x.Sequence == sequence, cancellation);
        return (order, order is null ? Problem.NotFound("order") : WolverineContinue.NoProblems);
    }

    [WolverineGet("/api/admin/orders/{idOrNumber}")]
    public static async Task<WholeOrderView> Get(Order order, IQuerySession session, CancellationToken cancellation)
    {
        var facts = await session.Events.FetchStreamAsync(order.Id, token: cancellation);
        return WholeOrderView.Of(order, [.. facts.Select(x => TimelineEntry.Of(x.Data)).OfType<TimelineEntry>()]);
    }
}
