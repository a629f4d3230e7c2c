using System.Text;
using System.Text.Json.Serialization;
using Aarya.Features.Payment.Fraud;
using Aarya.Features.Payment.Providers;
using Aarya.Infrastructure.Ids;

namespace Aarya.Features.Payment.Payments;

public enum PaymentStatus
{
    Pending,
    InReview,
    ActionRequired,
    Authorised,
    Captured,
    Declined,
    Voided,
}

/// <summary>
/// The one payment of an order, folded from its facts. After a decline the shopper may pay with another token, which is the next charge of
/// the same payment; at most one of its charges counts as paid. The methods that decide return the facts that follow from their input, none
/// when they are known already. Reports come from the provider's answers, its webhooks and reconciliation, in any order and any number of
/// times, so every decision is safe to repeat.
/// </summary>
public sealed record OrderPayment
{
    /// <summary>How long the provider is still asked about a payment that was closed without an answer.</summary>
    private static readonly TimeSpan LateCharges = TimeSpan.FromDays(1);

    /// <summary>The order's id.</summary>
    public Guid Id { get; init; }

    public string Number { get; init; } = "";

    public Guid Subject { get; init; }

    public string EmailFingerprint { get; init; } = "";

    public Money Amount { get; init; } = Money.Zero();

    public string Token { get; init; } = "";

    public DateTimeOffset? RequestedAt
    {
        get;
        init => field = value?.ToMicrosecond();
    }

    public DateTimeOffset ExpiresAt { get; init; }

    public PaymentStatus Status { get; init; }

    /// <summary>Set once the payment is cancelled.</summary>
    public string? CancelReason { get; init; }

    /// <summary>The current charge, starting at 1.</summary>
    public int ChargeNumber { get; init; } = 1;

    /// <summary>How often the provider was called for this charge.</summary>
    public int Attempts { get; init; }

    /// <summary>When the provider was first called for this charge.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>When it was last called for it.</summary>
    public DateTimeOffset? LastAskedAt { get; init; }

    public string? ChargeId { get; init; }

    /// <summary>How many charges were declined, this one included.</summary>
    public int Declines { get; init; }

    /// <summary>The next charge, which begins once the provider has voided or declined the current one.</summary>
    public RetryRequested? Next { get; init; }

    /// <summary>Staff have reviewed and approved it.</summary>
    public bool IsReviewed { get; init; }

    public Money CapturedAmount { get; init; } = Money.Zero();

    public CardOnFile? Card { get; init; }

    public string? DeclineCode { get; init; }

    public string? NextActionUrl { get; init; }

    public FraudAssessed? Fraud { get; init; }

    public IReadOnlyList<RefundLine> Refunds { get; init; } = [];

    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>Until when reconciliation asks the provider about it; null when there is nothing left to find out.</summary>
    public DateTimeOffset? WatchUntil { get; init; }

    /// <summary>Since when the shop has had money that it must refund; null when it has none.</summary>
    public DateTimeOffset? UnwantedSince { get; init; }

    [JsonIgnore]
    public Money RefundedAmount =>
        Money.Sum(Refunds.Where(x => x is { Status: RefundStatus.Succeeded, ChargeId: null }).Select(x => x.Amount), Amount.Currency);

    /// <summary>What can still be refunded; pending refunds are subtracted already.</summary>
    [JsonIgnore]
    public Money Refundable =>
        CapturedAmount - Money.Sum(
            Refunds.Where(x => x is { Status: not RefundStatus.Failed, ChargeId: null }).Select(x => x.Amount), Amount.Currency);

    /// <summary>A charge may be in progress at the provider.</summary>
    [JsonIgnore]
    public bool IsOpen =>
        RequestedAt is not null
            && Status is PaymentStatus.Pending or PaymentStatus.InReview or PaymentStatus.ActionRequired or PaymentStatus.Authorised;

    /// <summary>Money that arrives now must be refunded.</summary>
    [JsonIgnore]
    public bool IsUnwanted => CancelReason is not null || (Status == PaymentStatus.Declined && DeclineCodes.IsFinal(DeclineCode));

    // Of a cancelled order, or captured too late; or a second charge of the same order.
    private bool HasUnwantedMoney =>
        (Status == PaymentStatus.Captured && (CancelReason is not null || Refunds.Any(x => x.Id == RefundIdOfCancellation))
            && CapturedAmount.Minor > RefundedAmount.Minor)
        || Refunds.Any(x => x is { ChargeId: not null, Status: not RefundStatus.Succeeded });

    /// <summary>The shopper pays with another token while the provider still holds the current charge.</summary>
    [JsonIgnore]
    public bool IsBeingReplaced => Next is not null && CancelReason is null;

    /// <summary>The provider has been called, or is about to be, and has not answered yet.</summary>
    [JsonIgnore]
    public bool AwaitsAnswer =>
        RequestedAt is not null && Status == PaymentStatus.Pending && Attempts > 0 && ChargeId is null && CancelReason is null;

    /// <summary>The state as the public API names it.</summary>
    [JsonIgnore]
    public PaymentState State => Status switch
    {
        PaymentStatus.ActionRequired => PaymentState.RequiresAction,
        PaymentStatus.Captured => StateOfRefunds,
        PaymentStatus.Declined => PaymentState.Declined,
        PaymentStatus.Voided => PaymentState.Voided,
        // The public API shows neither that a payment is under review nor that the provider has authorised it.
        _ => PaymentState.Pending,
    };

    private PaymentState StateOfRefunds
    {
        get
        {
            RefundLine[] refunds = [.. Refunds.Where(x => x.ChargeId is null)];
            return RefundedAmount.Minor > 0 && RefundedAmount.Minor >= CapturedAmount.Minor ? PaymentState.Refunded
                : refunds.Any(x => x.Status == RefundStatus.Pending) ? PaymentState.RefundPending
                : RefundedAmount.Minor > 0 ? PaymentState.PartiallyRefunded
                : refunds is [.., { Status: RefundStatus.Failed }] ? PaymentState.RefundFailed
                : PaymentState.Captured;
        }
    }

    /// <summary>Whether the provider still holds a charge that is not wanted, so that it must be voided.</summary>
    public bool MustVoid(ChargeReport report) =>
        (IsUnwanted || IsBeingReplaced) && report.State is ChargeState.Pending or ChargeState.ActionRequired or ChargeState.Authorised;

    /// <summary>The id of the refund of a cancelled order's money: at most one per payment.</summary>
    [JsonIgnore]
    public Guid RefundIdOfCancellation => IdOf("cancellation");

    private Guid IdOf(string occasion) => NamedUuid.WithoutVersion([.. Id.ToByteArray(), .. Encoding.UTF8.GetBytes(occasion)]);

    /// <summary>The payment of an order is requested; applied once per order.</summary>
    public static IReadOnlyList<object> Request(OrderPayment? known, PaymentRequested requested, FraudAssessment fraud)
    {
        var now = requested.At;
        if (known?.RequestedAt is not null) return [];
        if (known is not null) return [requested, new Voided(null, known.CancelReason ?? "order_cancelled", now)];
        if (requested.Amount.Minor == 0) return [requested, new Captured(null, requested.Amount, null, now)];
        if (now >= requested.ExpiresAt) return [requested, new Declined(null, DeclineCodes.Expired, null, now)];

        var assessed = new FraudAssessed(fraud.Score, fraud.Decision, fraud.Reasons, now);
        return fraud.Decision switch
        {
            FraudDecision.Accept => [requested, assessed, new ChargeAttempted(1, now)],
            FraudDecision.Review => [requested, assessed],
            _ => [requested, assessed, new Declined(null, DeclineCodes.FraudRejected, null, now)],
        };
    }

    /// <summary>
    /// The shopper pays with another token. A charge that the provider still holds is voided first; if it turns out to be paid, it counts
    /// as the payment.
    /// </summary>
    public IReadOnlyList<object> Retry(int chargeNumber, string token, FraudAssessment fraud, DateTimeOffset now)
    {
        if (chargeNumber <= Math.Max(ChargeNumber, Next?.ChargeNumber ?? 0)) return [];
        if (IsUnwanted || Status == PaymentStatus.Captured || now >= ExpiresAt) return [];
        // A payment that staff have approved does not wait for review again.
        var decision = fraud.Decision == FraudDecision.Review && IsReviewed ? FraudDecision.Accept : fraud.Decision;
        var next = new RetryRequested(chargeNumber, token, new FraudAssessed(fraud.Score, decision, fraud.Reasons, now), now);
        return Status is PaymentStatus.Declined or PaymentStatus.Voided ? Begin(next, declined: false, now) : [next];
    }

    private IReadOnlyList<object> Begin(RetryRequested next, bool declined, DateTimeOffset now)
    {
        var renewed = new ChargeRenewed(next.ChargeNumber, next.Token, now, declined);
        return next.Fraud.Decision switch
        {
            // The provider took too long to void the previous charge.
            _ when now >= ExpiresAt => [renewed, new Declined(null, DeclineCodes.Expired, null, now)],
            FraudDecision.Accept => [renewed, next.Fraud, new ChargeAttempted(1, now)],
            FraudDecision.Review => [renewed, next.Fraud],
            _ => [renewed, next.Fraud, new Declined(null, DeclineCodes.FraudRejected, null, now)],
        };
    }

    public IReadOnlyList<object> PassReview(Guid by, DateTimeOffset now) =>
        Status != PaymentStatus.InReview || CancelReason is not null ? []
        : now >= ExpiresAt ? [new Declined(null, DeclineCodes.Expired, null, now)]
        : [new ReviewPassed(by, now), new ChargeAttempted(1, now)];

    public IReadOnlyList<object> FailReview(Guid by, DateTimeOffset now) =>
        Status != PaymentStatus.InReview ? [] : [new ReviewFailed(by, now), new Declined(null, DeclineCodes.FraudRejected, null, now)];

    /// <summary>Another attempt, or a decline when the order has expired.</summary>
    public IReadOnlyList<object> AttemptAgain(DateTimeOffset now) => !AwaitsAnswer ? []
        : now >= ExpiresAt ? [new Declined(null, DeclineCodes.ProviderUnreachable, null, now)]
        : [new ChargeAttempted(Attempts + 1, now)];

    /// <summary>Applies the provider's report of a charge, which may be outdated.</summary>
    public IReadOnlyList<object> FactsOf(ChargeReport report, DateTimeOffset now)
    {
        if (RequestedAt is null) return [];
        if (report.Number < ChargeNumber && (ChargeId is null || report.ChargeId != ChargeId)) return FactsOfEarlier(report, now);
        if (IsStray(report)) return [];
        return report.State switch
        {
            ChargeState.Captured when Status == PaymentStatus.Captured => [],
            ChargeState.Captured when IsUnwanted =>
            [
                new Captured(report.ChargeId, report.Amount, report.Card, now),
                new RefundStarted(RefundIdOfCancellation, report.Amount, CancelReason ?? "charged_too_late", now),
            ],
            ChargeState.Captured => [new Captured(report.ChargeId, report.Amount, report.Card, now)],
            _ when !IsOpen => [],
            ChargeState.Declined or ChargeState.Voided when IsBeingReplaced => Begin(Next!, report.State == ChargeState.Declined, now),
            ChargeState.Declined => [new Declined(report.ChargeId, report.DeclineCode ?? "declined", report.Card, now)],
            ChargeState.Voided => [new Voided(report.ChargeId, CancelReason ?? "voided", now)],
            ChargeState.Authorised when Status != PaymentStatus.Authorised =>
                [new Authorised(report.ChargeId!, report.Amount, report.Card, now)],
            ChargeState.ActionRequired when Status == PaymentStatus.Pending =>
                [new ActionRequired(report.ChargeId!, report.NextActionUrl ?? "", report.Card, now)],
            ChargeState.Pending when ChargeId is null => [new ChargePending(report.ChargeId!, report.Card, now)],
            _ => [],
        };
    }

    /// <summary>Whether a provider's report changes nothing: it is known already, or it is about no charge of this payment.</summary>
    public bool Knows(ProviderNews news, DateTimeOffset now)
    {
        var knowsCharge = RequestedAt is null || IsStray(news.Charge) || (FactsOf(news.Charge, now).Count == 0 && !MustVoid(news.Charge));
        if (!knowsCharge || news is not { RefundId: { } refundId, Refund: { } refund }) return knowsCharge;
        // While a charge is open, a refund may be reported before the charge that it refunds.
        return !IsOpen && FactsOfRefund(refundId, refund, now, news.Charge.Number, news.Charge.ChargeId).Count == 0;
    }

    /// <summary>One key creates one charge: a report of any other charge does not belong to this payment.</summary>
    public bool IsStray(ChargeReport report) => report.Number > ChargeNumber
        || (report.Number == ChargeNumber && ChargeId is not null && report.ChargeId is not null && ChargeId != report.ChargeId);

    // An earlier charge had ended when the next one began: if it is captured after all, it is refunded.
    private IReadOnlyList<object> FactsOfEarlier(ChargeReport report, DateTimeOffset now) =>
        report is { State: ChargeState.Captured, ChargeId: { } charge } && Refunds.All(x => x.ChargeId != charge)
            ? [new RefundStarted(IdOf($"charge {charge}"), report.Amount, "charged_twice", now, charge)]
            : [];

    /// <summary>The provider has no charge for this order: voids the payment if it is cancelled.</summary>
    public IReadOnlyList<object> FactsOfNoCharge(DateTimeOffset now) =>
        IsOpen && CancelReason is not null && ChargeId is null ? [new Voided(null, CancelReason, now)] : [];

    /// <summary>
    /// The order is cancelled: its money is refunded, now if it is captured, else as soon as it is (<see cref="FactsOf"/>). Nothing else
    /// refunds a cancelled order, unless this refund fails and staff request another.
    /// </summary>
    public static IReadOnlyList<object> Cancel(OrderPayment? payment, string reason, DateTimeOffset now)
    {
        if (payment?.CancelReason is not null) return [];
        var cancelled = new PaymentCancelled(reason, now);
        return payment switch
        {
            { IsOpen: true, Attempts: 0 } => [cancelled, new Voided(null, reason, now)],
            { Status: PaymentStatus.Captured, Refundable.Minor: > 0 } =>
                [cancelled, new RefundStarted(payment.RefundIdOfCancellation, payment.Refundable, reason, now)],
            _ => [cancelled],
        };
    }

    /// <param name="refundId">The requester's own id; each id is refunded once.</param>
    /// <param name="amount">Null for all that is left.</param>
    public IReadOnlyList<object> StartRefund(Guid refundId, Money? amount, string reason, DateTimeOffset now)
    {
        if (Refunds.Any(x => x.Id == refundId)) return [];
        var wanted = amount ?? Refundable;
        return Refusal(wanted) is { } code
            ? [new RefundDeclined(refundId, wanted, code, now)]
            : [new RefundStarted(refundId, wanted, reason, now)];
    }

    /// <summary>Applies the outcome of a refund, including one made in the provider's own dashboard.</summary>
    /// <remarks>A report in a currency other than the payment's changes nothing.</remarks>
    /// <param name="chargeNumber">The charge that it refunds; null for the current one.</param>
    /// <param name="chargeId">The provider's id of that charge, if it is known.</param>
    public IReadOnlyList<object> FactsOfRefund(
        Guid refundId, RefundReport report, DateTimeOffset now, int? chargeNumber = null, string? chargeId = null) =>
        Refunds.FirstOrDefault(x => x.Id == refundId) switch
        {
            _ when report.Amount.Currency != Amount.Currency => [],
            { Status: RefundStatus.Pending } =>
                report.Succeeded
                    ? [new Refunded(refundId, report.Amount, now)]
                    : [new RefundDeclined(refundId, report.Amount, report.Code ?? "refund_declined", now)],
            // Staff have made a refund at the provider that it had refused to the shop: that of an earlier charge.
            null when report.Succeeded && chargeNumber < ChargeNumber && RefusedRefundOf(chargeId, report.Amount) is { } refused =>
                [new Refunded(refused, report.Amount, now)],
            // Any other refund of an earlier charge is not a refund of the order's payment.
            null when report.Succeeded && Status == PaymentStatus.Captured && (chargeNumber ?? ChargeNumber) == ChargeNumber =>
                [new Refunded(refundId, report.Amount, now)],
            _ => [],
        };

    private Guid? RefusedRefundOf(string? chargeId, Money amount) => chargeId is null ? null
        : Refunds.FirstOrDefault(x => x.ChargeId == chargeId && x.Status == RefundStatus.Failed && x.Amount == amount)?.Id;

    private string? Refusal(Money wanted) =>
        Status != PaymentStatus.Captured ? "not_captured"
        : Refundable.Minor == 0 ? "nothing_left"
        : wanted.Currency != Amount.Currency ? "currency_mismatch"
        : wanted.Minor <= 0 ? "amount_invalid"
        : wanted.Minor > Refundable.Minor ? "exceeds_captured"
        : null;

    /// <summary>The payment after one more fact.</summary>
    public static OrderPayment After(OrderPayment? before, Guid id, object fact)
    {
        var payment = (before ?? new OrderPayment { Id = id }).Take(fact);
        return payment with
        {
            WatchUntil = payment.Watched(fact),
            UnwantedSince = payment.HasUnwantedMoney ? payment.UnwantedSince ?? payment.ChangedAt : null,
        };
    }

    private OrderPayment Take(object fact) => fact switch
    {
        PaymentRequested x => this with
        {
            Number = x.Number,
            Subject = x.Subject,
            EmailFingerprint = x.EmailFingerprint,
            Amount = x.Amount,
            CapturedAmount = Money.Zero(x.Amount.Currency),
            Token = x.Token,
            ExpiresAt = x.ExpiresAt,
            RequestedAt = x.At,
            ChangedAt = x.At,
        },
        FraudAssessed x =>
            this with { Fraud = x, Status = x.Decision == FraudDecision.Review ? PaymentStatus.InReview : Status, ChangedAt = x.At },
        ReviewPassed x => this with { Status = PaymentStatus.Pending, IsReviewed = true, ChangedAt = x.At },
        RetryRequested x => this with { Next = x, ChangedAt = x.At },
        ChargeRenewed x => this with
        {
            ChargeNumber = x.ChargeNumber,
            Token = x.Token,
            Status = PaymentStatus.Pending,
            Attempts = 0,
            AskedAt = null,
            LastAskedAt = null,
            ChargeId = null,
            Card = null,
            DeclineCode = null,
            NextActionUrl = null,
            Next = null,
            Declines = x.Declined ? Declines + 1 : Declines,
            ChangedAt = x.At,
        },
        ChargeAttempted x => this with
        {
            Attempts = x.Attempt,
            // An earlier version has not noted the first one.
            AskedAt = AskedAt ?? (Attempts > 0 ? ChangedAt : x.At),
            LastAskedAt = x.At,
            ChangedAt = x.At,
        },
        ChargePending x => this with { ChargeId = x.ChargeId, Card = x.Card ?? Card, ChangedAt = x.At },
        ActionRequired x =>
            this with
            {
                Status = PaymentStatus.ActionRequired,
                ChargeId = x.ChargeId,
                NextActionUrl = x.NextActionUrl,
                Card = x.Card ?? Card,
                ChangedAt = x.At,
            },
        Authorised x =>
            this with
            {
                Status = PaymentStatus.Authorised,
                ChargeId = x.ChargeId,
                NextActionUrl = null,
                Card = x.Card ?? Card,
                ChangedAt = x.At,
            },
        Captured x => this with
        {
            Status = PaymentStatus.Captured,
            ChargeId = x.ChargeId,
            CapturedAmount = x.Amount,
            NextActionUrl = null,
            DeclineCode = null,
            Next = null,
            Card = x.Card ?? Card,
            ChangedAt = x.At,
        },
        Declined x => this with
        {
            Status = PaymentStatus.Declined,
            ChargeId = x.ChargeId ?? ChargeId,
            DeclineCode = x.Code,
            Declines = Declines + 1,
            NextActionUrl = null,
            Card = x.Card ?? Card,
            ChangedAt = x.At,
        },
        Voided x => this with { Status = PaymentStatus.Voided, ChargeId = x.ChargeId ?? ChargeId, NextActionUrl = null, ChangedAt = x.At },
        PaymentCancelled x => this with { CancelReason = x.Reason, Next = null, ChangedAt = x.At },
        RefundStarted x => this with
        {
            Refunds = [.. Refunds, new(x.RefundId, x.Amount, RefundStatus.Pending, null, x.ChargeId)],
            ChangedAt = x.At,
        },
        Refunded x => this with { Refunds = Ended(new(x.RefundId, x.Amount, RefundStatus.Succeeded, null)), ChangedAt = x.At },
        RefundDeclined x => this with { Refunds = Ended(new(x.RefundId, x.Amount, RefundStatus.Failed, x.Code)), ChangedAt = x.At },
        PayerForgotten => this with { EmailFingerprint = "" },
        _ => this,
    };

    private List<RefundLine> Ended(RefundLine line) =>
        [.. Refunds.Where(x => x.Id != line.Id), line with { ChargeId = Refunds.FirstOrDefault(x => x.Id == line.Id)?.ChargeId }];

    private DateTimeOffset? Watched(object fact) => fact switch
    {
        _ when Refunds.Any(x => x.Status == RefundStatus.Pending) || (IsOpen && Attempts > 0) => ChangedAt.AddDays(90),
        // Closed without an answer: a charge may still appear.
        Declined { Code: DeclineCodes.ProviderUnreachable } or Voided { ChargeId: null } when Attempts > 0 && ChargeId is null =>
            ChangedAt + LateCharges,
        PaymentCancelled or PayerForgotten => WatchUntil,
        _ => null,
    };
}

public static class DeclineCodes
{
    public const string Expired = "order_expired";
    public const string FraudRejected = "fraud_rejected";
    public const string ProviderUnreachable = "provider_unreachable";

    /// <summary>Whether no other token is accepted either.</summary>
    public static bool IsFinal(string? code) => code is Expired or FraudRejected or ProviderUnreachable;
}
