using Aarya.Features.Payment.Calls;
using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.Payment.Payments;

/// <summary>Metrics of payments: those without a known outcome, and money that the shop must refund.</summary>
internal static class PaymentGauges
{
    private const string Payments = "payment.mt_doc_orderpayment";

    // Also those that were cancelled or closed meanwhile: reconciliation still asks the provider about them. Its answer that it has no
    // charge is an answer.
    private const string Unknown =
        $"""
        {Payments} as payment where watch_until > now() and (data ->> 'attempts')::int > 0 and data ->> 'chargeId' is null
          and not exists (select from payment.reconciliation as asked where asked.order_id = payment.id
            and asked.found_none_at >= coalesce((data ->> 'lastAskedAt')::timestamptz, requested_at))
        """;

    /// <summary>The condition of the partial index: payments with money that the shop must refund.</summary>
    public const string Unwanted = "unwanted_since IS NOT NULL";

    private const string WithUnwantedMoney = $"{Payments} where {Unwanted}";

    private const string WithPendingRefund =
        $"""
        {Payments} where watch_until > now() and exists (
          select from jsonb_array_elements(data -> 'refunds') as refund where refund ->> 'status' = 'Pending')
        """;

    private static readonly PaymentStatus[] Open =
        [PaymentStatus.Pending, PaymentStatus.InReview, PaymentStatus.ActionRequired, PaymentStatus.Authorised];

    public static IReadOnlyList<DatabaseGauge> All { get; } =
    [
        new("aarya_open_payments", $"Payments that have not ended, up to {DatabaseGauge.Most} per state.",
            DatabaseGauge.CountEach(Open, x => $"{Payments} where status = '{x}'"), "status"),
        new("aarya_unknown_payments", $"Payments whose outcome is unknown although the provider was asked, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(Unknown)),
        new("aarya_unknown_payments_oldest_seconds",
            "Time since the provider was first asked about the oldest of the payments whose outcome is unknown.",
            DatabaseGauge.AgeOf("coalesce((data ->> 'askedAt')::timestamptz, requested_at)", Unknown)),
        new("aarya_unwanted_captures",
            $"Payments with money that the shop must refund and has not refunded yet, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(WithUnwantedMoney)),
        new("aarya_unwanted_captures_oldest_seconds",
            "Time since the shop has had money that it must refund, of the oldest such payment.",
            DatabaseGauge.AgeOf("unwanted_since", WithUnwantedMoney)),
        new("aarya_stray_charges",
            $"Captured charges of the provider that belong to no payment of this shop, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(StrayCharges.Kept)),
        new("aarya_pending_refunds", $"Payments with a pending refund, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(WithPendingRefund)),
        new("aarya_pending_refunds_oldest_seconds",
            "Time since the last change of the oldest payment with a pending refund.",
            DatabaseGauge.AgeOf("changed_at", WithPendingRefund)),
    ];
}
