using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.Content.Analytics;

/// <summary>Metrics of what shoppers have done today, by the calendar of India; 0 until the first event of the day.</summary>
internal static class SalesGauges
{
    private const string Today = $"(now() at time zone '{IndianDay.Zone}')::date";

    public static IReadOnlyList<DatabaseGauge> All { get; } =
    [
        new("aarya_orders_today", "Orders that were paid today (Indian time).", Total(CountKinds.Purchase)),
        new("aarya_revenue_today_rupees", "The totals of the orders that were paid today (Indian time).",
            $"{Total(CountKinds.Revenue)} / 100"),
        new("aarya_refunded_today_rupees", "What was refunded today (Indian time).", $"{Total(CountKinds.Refunded)} / 100"),
        new("aarya_funnel_today",
            "Steps of the purchase funnel made today (Indian time); checkout is the payment step.",
            string.Join(" union all ",
                $"{Sum(CountKinds.ProductView, "")}, 'product_view'", $"{Sum(CountKinds.AddToCart, "")}, 'add_to_cart'",
                $"{Sum(CountKinds.CheckoutStep, CountKinds.LastStep)}, 'checkout'", $"{Total(CountKinds.Purchase)}, 'purchase'"),
            "step"),
    ];

    // One row, which the primary key finds.
    private static string Total(string kind) =>
        $"""
        select coalesce((select count from content.analytics_day where kind = '{CountKinds.OfDay(kind)}' and day = {Today}
          and subject = '' and source = '' and device = ''), 0)::float8
        """;

    // A row per source and device of the day, of which there are at most 20,000.
    private static string Sum(string kind, string subject) =>
        $"""
        select coalesce((select sum(count) from content.analytics_day where kind = '{kind}' and day = {Today}
          and subject = '{subject}'), 0)::float8
        """;
}
