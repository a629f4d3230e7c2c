using Aarya.Infrastructure.Operators;

namespace Aarya.Features.Commerce.Orders;

/// <summary>What the operators' page shows of orders.</summary>
internal static class OrderCharts
{
    private const string Group = "Shop";

    private static readonly (string, string)[] Checkout = [("service", "gateway"), ("method", "POST"), ("path", "/api/checkout")];

    // The limits are those of deploy/prometheus/rules.
    public static OperatorsView View { get; } = new(
        [
            new("Orders placed in the last hour", Unit.Count, Chart.RequestRate("201", Checkout)) { IsOfLastHour = true },
            new("Failed checkouts in the last hour", Unit.Count, Chart.RequestRate("5*", Checkout)) { IsOfLastHour = true },
            new("Checkout latency (p99)", Unit.Seconds, Chart.RequestTime(0.99, Checkout)),
            new("Unpaid orders", Unit.Count, Measure.Max("aarya_unpaid_orders")),
            new("Overdue reservations", Unit.Count, Measure.Max("aarya_reservations_overdue"), 1),
            new("SKUs out of balance", Unit.Count, Measure.Max("aarya_stock_imbalances"), 1),
        ],
        [
            Chart.Requests(Group, "Checkouts", "Per second, by the class of their status; the payment follows the order.", Checkout),
            Chart.RequestLatency(Group, "Checkout latency", "The time from the request to the order, without the payment.", Checkout),
            new(Group, "Open orders", Unit.Count, "Orders that are not finished, up to 10,000 per state.",
                [new("", Measure.Max("aarya_open_orders").By("status"))]),
            new(Group, "Reserved pieces", Unit.Count, "Pieces that unpaid orders hold.",
                [new("pieces", Measure.Max("aarya_reserved_pieces"))]),
        ]);
}
