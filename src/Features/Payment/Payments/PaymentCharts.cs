using Aarya.Infrastructure.Operators;

namespace Aarya.Features.Payment.Payments;

/// <summary>What the operators' page shows of money.</summary>
internal static class PaymentCharts
{
    private const string Group = "Money";

    private static readonly Measure Unknown = Measure.Max("aarya_unknown_payments");
    private static readonly Measure Pending = Measure.Max("aarya_pending_refunds");
    private static readonly Measure Unwanted = Measure.Max("aarya_unwanted_captures");

    public static OperatorsView View { get; } = new(
        [
            new("Unknown payments", Unit.Count, Unknown),
            new("Oldest unknown payment", Unit.Seconds, Measure.Max("aarya_unknown_payments_oldest_seconds"), 600),
            new("Payments to refund", Unit.Count, Unwanted),
            new("Oldest payment to refund", Unit.Seconds, Measure.Max("aarya_unwanted_captures_oldest_seconds"), 600),
            new("Pending refunds", Unit.Count, Pending),
        ],
        [
            new(Group, "Open payments", Unit.Count, "Payments that have not ended, up to 10,000 per state.",
                [new("", Measure.Max("aarya_open_payments").By("status"))]),
            new(Group, "Payments that need attention", Unit.Count,
                "Payments with an unknown outcome, with money that the shop must refund, and with a pending refund.",
                [new("unknown", Unknown), new("to refund", Unwanted), new("pending refund", Pending)]),
        ]);
}
