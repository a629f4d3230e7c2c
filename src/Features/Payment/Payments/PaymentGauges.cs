using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.Payment.Payments;

/// <summary>Metrics of payments: those without a known outcome, and money that the shop must refund.</summary>
internal static class PaymentGauges
{
    private const string Payments = "payment.mt_doc_orderpayment";

    // Also those that were cancelled or closed meanwhile: reconciliation still asks the provider about them.
    private const string Unknown =
        $"""
        {Payments} where watch_until > now() and (data ->> 'attempts')::int > 0 and data ->> 'chargeId' is null
        """;

    /// <summary>The condition of the partial index: captured payments whose order is cancelled.</summary>
    public const string Cancelled = "status = 'Captured' and (data ->> 'cancelReason') is not null";

    // A further condition on the refund may follow.
    private static string WithPendingRefund(string condition) =>
        $"""
        {Payments} where watch_until > now() and exists (
          select from jsonb_array_elements(data -> 'refunds') as refund where refund ->> 'status' = 'Pending' {condition})
        """;

    // More money captured than refunds have returned; or a second charge of the same order whose refund is pending. A payment may be both.
    private static readonly string Unwanted =
        $"""
        (select id, changed_at from {Payments} where {Cancelled} and (data -> 'capturedAmount' ->> 'amount')::bigint > coalesce(
          (select sum((refund -> 'amount' ->> 'amount')::bigint) from jsonb_array_elements(data -> 'refunds') as refund
           where refund ->> 'status' = 'Succeeded' and refund ->> 'chargeId' is null), 0)
         union select id, changed_at from {WithPendingRefund("and refund ->> 'chargeId' is not null")}) as unwanted
        """;

    private static readonly PaymentStatus[] Open =
        [PaymentStatus.Pending, PaymentStatus.InReview, PaymentStatus.ActionRequired, PaymentStatus.Authorised];

    public static IReadOnlyList<DatabaseGauge> All { get; } =
    [
        new("aarya_open_payments", $"Payments that have not ended, up to {DatabaseGauge.Most} per state.",
            DatabaseGauge.CountEach(Open, x => $"{Payments} where status = '{x}'"), "status"),
        new("aarya_unknown_payments", $"Payments whose outcome is unknown although the provider was asked, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(Unknown)),
        new("aarya_unknown_payments_oldest_seconds", "Time since the oldest payment was requested whose outcome is unknown.",
            DatabaseGauge.AgeOf("requested_at", Unknown)),
        new("aarya_unwanted_captures",
            $"Payments with money that the shop must refund and has not refunded yet, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(Unwanted)),
        new("aarya_unwanted_captures_oldest_seconds",
            "Age of the oldest of the payments with money that the shop must refund, since its last change.",
            DatabaseGauge.AgeOf("changed_at", Unwanted)),
        new("aarya_pending_refunds", $"Payments with a pending refund, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(WithPendingRefund(""))),
        new("aarya_pending_refunds_oldest_seconds",
            "Time since the last change of the oldest payment with a pending refund.",
            DatabaseGauge.AgeOf("changed_at", WithPendingRefund(""))),
    ];
}
