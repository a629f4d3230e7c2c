using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.Commerce.Orders;

/// <summary>Metrics of unfinished orders.</summary>
internal static class OrderGauges
{
    /// <summary>The states in which an order is not finished; the partial index contains only these.</summary>
    public static readonly OrderStatus[] Open =
    [
        OrderStatus.PendingPayment, OrderStatus.Confirmed, OrderStatus.Packed, OrderStatus.Shipped, OrderStatus.ReturnRequested,
    ];

    public static IReadOnlyList<DatabaseGauge> All { get; } =
    [
        new("aarya_open_orders", $"Orders that are not finished, up to {DatabaseGauge.Most} per state.",
            DatabaseGauge.CountEach(Open, x => $"commerce.mt_doc_order where data ->> 'status' = '{x}'"), "status"),
        new("aarya_unpaid_orders", $"Orders that hold stock until they are paid or expire, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count("commerce.unpaid_order")),
        new("aarya_reservations_overdue",
            $"Orders that still hold stock a minute after their time to pay has ended, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count("commerce.unpaid_order where expires_at < now() - interval '1 minute'")),
    ];
}
