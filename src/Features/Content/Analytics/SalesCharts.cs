using Aarya.Infrastructure.Operators;

namespace Aarya.Features.Content.Analytics;

/// <summary>What the operators' page shows of sales and mails.</summary>
internal static class SalesCharts
{
    private const string Group = "Shop";

    private static readonly Measure Revenue = Measure.Max("aarya_revenue_today_rupees");
    private static readonly Measure Refunded = Measure.Max("aarya_refunded_today_rupees");
    private static readonly Measure Mails = Measure.Max("aarya_mails_waiting");

    public static OperatorsView View { get; } = new(
        [
            new("Paid orders today", Unit.Count, Measure.Max("aarya_orders_today")),
            new("Revenue today", Unit.Rupees, Revenue),
            new("Refunded today", Unit.Rupees, Refunded),
            new("Mails that wait", Unit.Count, Mails),
            new("Oldest mail that waits", Unit.Seconds, Measure.Max("aarya_mails_oldest_seconds"), 600),
        ],
        [
            new(Group, "Revenue today", Unit.Rupees, "Totals of paid orders, and refunds, since midnight in Indian time.",
                [new("revenue", Revenue), new("refunded", Refunded)]),
            new(Group, "Purchase funnel today", Unit.Count, "How often visitors made each step, since midnight in Indian time.",
                [new("", Measure.Max("aarya_funnel_today").By("step"))]),
            new(Group, "Mails that wait", Unit.Count, "Mails that are not sent yet.", [new("mails", Mails)]),
        ]);
}
