using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders.Storefront;

/// <param name="Kind">
/// placed, payment_action_required, payment_declined, payment_retried, payment_received, confirmed, packed, shipped, delivered, cancelled,
/// refund_requested, refunded, refund_failed.
/// </param>
/// <param name="Detail">A reason, a decline code, a carrier with its tracking number.</param>
/// <param name="Carrier">For shipped: the carrier.</param>
/// <param name="TrackingNumber">For shipped: the carrier's tracking number.</param>
/// <param name="TrackingUrl">For shipped: the carrier's page about the parcel, if staff entered one.</param>
public sealed record TimelineEntry(
    string Kind, DateTimeOffset At, Money? Amount = null, string? Detail = null, string? Carrier = null, string? TrackingNumber = null,
    string? TrackingUrl = null)
{
    internal static TimelineEntry? Of(object fact) => fact switch
    {
        OrderPlaced x => new("placed", x.At, x.Totals.Total),
        PaymentActionRequired x => new("payment_action_required", x.At),
        PaymentDeclined x => new("payment_declined", x.At, Detail: x.Code),
        PaymentRetried x => new("payment_retried", x.At),
        PaymentReceived x => new("payment_received", x.At, x.Amount),
        OrderConfirmed x => new("confirmed", x.At),
        OrderPacked x => new("packed", x.At),
        OrderShipped x => new(
            "shipped", x.At, Detail: $"{x.Carrier} {x.TrackingNumber}", Carrier: x.Carrier, TrackingNumber: x.TrackingNumber,
            TrackingUrl: x.TrackingUrl),
        OrderDelivered x => new("delivered", x.At),
        OrderCancelled x => new("cancelled", x.At, Detail: x.Reason),
        RefundRequested x => new("refund_requested", x.At, x.Amount, x.Reason),
        OrderRefunded x => new("refunded", x.At, x.Amount),
        RefundFailed x => new("refund_failed", x.At, Detail: x.Code),
        _ => null,
    };
}

public sealed record TimelineView(IReadOnlyList<TimelineEntry> Items);

/// <summary>What happened to an order, the oldest first.</summary>
public static class GetTimelineEndpoint
{
    public static async Task<ProblemDetails> ValidateAsync(Guid id, Caller caller, IQuerySession session, CancellationToken cancellation) =>
        caller.MustSee(await session.LoadAsync<Order>(id, cancellation));

    [WolverineGet("/api/orders/{id:guid}/timeline")]
    public static async Task<TimelineView> Get(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var facts = await session.Events.FetchStreamAsync(id, token: cancellation);
        return new([.. facts.Select(x => TimelineEntry.Of(x.Data)).OfType<TimelineEntry>()]);
    }
}
