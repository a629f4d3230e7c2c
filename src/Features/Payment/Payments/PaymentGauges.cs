using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.Payment.Payments;

/// <summary>What operators watch of the payments: those whose end is not known, and money that the shop must not keep.</summary>
internal static class PaymentGauges
{
    private const string Payments = "payment.mt_doc_orderpayment";

    // As OrderPayment.AwaitsAnswer has it.
    private const string Unknown =
        $"""
        {Payments} where status = 'Pending' and requested_at is not null and (data ->> 'attempts')::int > 0
          and data ->> 'chargeId' is null and data ->> 'cancelReason' is null
        """;

    /// <summary>Which payments the index of unwanted money has: captured although they were cancelled.</summary>
    public const string Cancelled = "status = 'Captured' and (data ->> 'cancelReason') is not null";

    // What succeeded refunds have not given back.
    private const string Unwanted =
        $"""
        {Payments} where {Cancelled} and (data -> 'capturedAmount' ->> 'minor')::bigint > coalesce(
          (select sum((refund -> 'amount' ->> 'minor')::bigint) from jsonb_array_elements(data -> 'refunds') as refund
           where refund ->> 'status' = 'Succeeded' and refund ->> 'chargeId' is null), 0)
        """;

    private static readonly PaymentStatus[] Open =
        [PaymentStatus.Pending, PaymentStatus.InReview, PaymentStatus.ActionRequired, PaymentStatus.Authorised];

    public static IReadOnlyList<DatabaseGauge> All { get; } =
    [
        new("aarya_open_payments", $"Payments that have not ended, up to {DatabaseGauge.Most} per state.",
            DatabaseGauge.CountEach(Open, x => $"{Payments} where status = '{x}'"), "status"),
        new("aarya_unknown_payments", $"Payments that the provider was asked for and has not answered, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(Unknown)),
        new("aarya_unknown_payments_oldest_seconds", "Age of the oldest payment that the provider has not answered.",
            DatabaseGauge.AgeOf("requested_at", Unknown)),
        new("aarya_unwanted_captures",
            $"Payments whose order is cancelled and whose money is not refunded yet, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count(Unwanted)),
        new("aarya_unwanted_captures_oldest_seconds", "Age of the oldest of them, since its last change.",
            DatabaseGauge.AgeOf("changed_at", Unwanted)),
    ];
}
