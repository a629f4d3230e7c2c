using System.Text.Json.Serialization;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Privacy;
using JasperFx.Events;
using Marten.Events.Aggregation;

namespace Aarya.Features.Commerce.Orders;

public enum RefundState
{
    Pending,
    Succeeded,
    Failed,
}

/// <summary>One refund, from its request to its end.</summary>
/// <param name="Amount">Null while unknown, for a refund of all that was left.</param>
public sealed record Refund(Guid Id, Money? Amount, string Reason, DateTimeOffset RequestedAt, RefundState State);

/// <summary>
/// An order, folded from the facts of its stream. The methods that decide return the facts to append, none when they are known already:
/// payment events arrive in any order and more than once.
/// </summary>
public sealed record Order
{
    public Guid Id { get; init; }

    public int Version { get; set; }

    public long Sequence { get; init; }

    public required string Number { get; init; }

    public Guid Subject { get; init; }

    /// <summary>True while it belongs to a guest; see <see cref="OrderPlaced"/>.</summary>
    public bool ByGuest { get; init; }

    /// <summary>The language of the mails about it, unless the shopper's account has another; null for the shop's.</summary>
    public string? Language { get; init; }

    /// <summary>What the storefront has sent about the visit; null when it has sent nothing.</summary>
    public VisitOrigin? Origin { get; init; }

    [Personal]
    public required string Email { get; init; }

    [BlindIndex(nameof(Email))]
    public string EmailIndex { get; init; } = "";

    public OrderStatus Status { get; init; }

    public required IReadOnlyList<OrderLine> Lines { get; init; }

    public required Totals Totals { get; init; }

    public required string ShippingMethod { get; init; }

    public required ShippingAddress ShippingAddress { get; init; }

    /// <summary>The words of the recipient's name, for the search by staff.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> RecipientWords => NameWords.Of(ShippingAddress.Name);

    [BlindIndex(nameof(RecipientWords))]
    public IReadOnlyList<string> RecipientIndex { get; init; } = [];

    public DateTimeOffset PlacedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public Money Paid { get; init; }

    public Money GivenBack { get; init; }

    public string? NextActionUrl { get; init; }

    public string? DeclineCode { get; init; }

    public string? CancelledFor { get; init; }

    /// <summary>The current charge of the order, starting at 1; events of an earlier charge are outdated.</summary>
    public int ChargeNumber { get; init; } = 1;

    /// <summary>A refund moves to the end of the list when it ends.</summary>
    public IReadOnlyList<Refund> Refunds { get; init; } = [];

    /// <summary>How many of <see cref="Refunds"/> had ended when the order was cancelled.</summary>
    public int RefundsAtCancellation { get; init; }

    /// <summary>Null until the order is shipped.</summary>
    public Shipment? Shipment { get; init; }

    /// <summary>The buyer's personal data was erased.</summary>
    public bool IsForgotten { get; init; }

    /// <summary>No goods and no refund are in transit.</summary>
    [JsonIgnore]
    public bool HasEnded =>
        Status is OrderStatus.Delivered or OrderStatus.Returned or OrderStatus.Cancelled or OrderStatus.Refunded && !HasRefundPending;

    [JsonIgnore]
    public bool IsPaid => Paid.Minor > 0;

    [JsonIgnore]
    public bool AwaitsPayment => Status == OrderStatus.PendingPayment;

    /// <summary>The goods are sold but not shipped, so they can be restocked.</summary>
    [JsonIgnore]
    public bool IsUnshipped => Status is OrderStatus.Confirmed or OrderStatus.Packed;

    [JsonIgnore]
    public bool CanBeCancelled => AwaitsPayment || IsUnshipped;

    [JsonIgnore]
    public bool CanBeRefunded => IsPaid && GivenBack.Minor < Paid.Minor && !HasRefundRequested;

    [JsonIgnore]
    public OrderPaymentStatus PaymentStatus => this switch
    {
        { GivenBack.Minor: > 0 } when GivenBack.Minor >= ToGiveBack.Minor => OrderPaymentStatus.Refunded,
        { HasRefundPending: true } => OrderPaymentStatus.RefundPending,
        { GivenBack.Minor: > 0 } => OrderPaymentStatus.PartiallyRefunded,
        { IsPaid: true } => Refunds is [.., { State: RefundState.Failed }] ? OrderPaymentStatus.RefundFailed : OrderPaymentStatus.Captured,
        { DeclineCode: not null } => OrderPaymentStatus.Declined,
        { Status: OrderStatus.Cancelled } => OrderPaymentStatus.Voided,
        { NextActionUrl: not null } => OrderPaymentStatus.RequiresAction,
        _ => OrderPaymentStatus.Pending,
    };

    /// <summary>The most charges per order, so that an order cannot be used to test cards.</summary>
    public const int MostCharges = 10;

    private bool HasRefundPending => HasRefundRequested || IsOwedBack;

    private bool HasRefundRequested => Refunds.Any(x => x.State == RefundState.Pending);

    // Payment refunds a cancelled order without a request. Staff can request a refund nevertheless, in case that never happens: payment
    // declines what it has refunded itself. A refund that failed before the cancellation does not count.
    private bool IsOwedBack => Status == OrderStatus.Cancelled && GivenBack.Minor < Paid.Minor
        && Refunds.Skip(RefundsAtCancellation).All(x => x.State != RefundState.Failed);

    // The event of a refund may arrive before the event of its payment.
    private Money ToGiveBack => IsPaid ? Paid : Totals.Total;

    /// <summary>True when this payment confirms the order, provided that its goods can be sold.</summary>
    public bool IsConfirmedBy(Money amount) => AwaitsPayment && !IsPaid && Covers(amount);

    /// <summary>The payment was captured. If it cannot confirm the order, the order is cancelled, and payment refunds it.</summary>
    /// <param name="goodsSold">Whether the reserved goods were sold.</param>
    public IReadOnlyList<object> Receive(Money amount, bool goodsSold, DateTimeOffset now)
    {
        if (IsPaid) return [];
        var received = new PaymentReceived(amount, now);
        if (IsConfirmedBy(amount) && goodsSold) return [received, new OrderConfirmed(now)];
        return AwaitsPayment
            ? [received, new OrderCancelled(Covers(amount) ? CancelReason.GoodsGone : CancelReason.PaymentShort, now)]
            : [received];
    }

    /// <summary>
    /// A payment was captured that payment refunds at once, because the order was cancelled or finally declined: it confirms nothing.
    /// </summary>
    public IReadOnlyList<object> ReceiveUnwanted(Money amount, DateTimeOffset now) => IsPaid ? [] : [new PaymentReceived(amount, now)];

    /// <summary>A charge was declined. The goods stay reserved: the shopper can pay with another token until the order expires.</summary>
    /// <param name="final">No other token is accepted: the order is cancelled.</param>
    public IReadOnlyList<object> Decline(string code, bool final, int chargeNumber, DateTimeOffset now) => this switch
    {
        { AwaitsPayment: false } => [],
        _ when final => [new PaymentDeclined(code, now), new OrderCancelled(CancelReason.PaymentDeclined, now)],
        { DeclineCode: not null } => [],
        _ => chargeNumber < ChargeNumber ? [] : [new PaymentDeclined(code, now)],
    };

    public IReadOnlyList<object> RequireAction(string url, int chargeNumber, DateTimeOffset now) =>
        AwaitsPayment && DeclineCode is null && chargeNumber >= ChargeNumber && url != NextActionUrl
            ? [new PaymentActionRequired(url, now)]
            : [];

    /// <summary>The shopper pays with another token.</summary>
    public IReadOnlyList<object> PayAgain(DateTimeOffset now) => [new PaymentRetried(ChargeNumber + 1, now)];

    /// <summary>The time to pay is over.</summary>
    public IReadOnlyList<object> Expire(DateTimeOffset now) =>
        AwaitsPayment ? [new OrderCancelled(DeclineCode is null ? CancelReason.Unpaid : CancelReason.PaymentDeclined, now)] : [];

    /// <summary>It is declined or expired, so another order may take the same goods.</summary>
    public bool GivesWay(DateTimeOffset now) => AwaitsPayment && (PaymentStatus == OrderPaymentStatus.Declined || now >= ExpiresAt);

    /// <summary>Cancels it in favour of another order of the same goods.</summary>
    public IReadOnlyList<object> GiveWay(DateTimeOffset now) =>
        now >= ExpiresAt ? Expire(now) : [new OrderCancelled(CancelReason.Replaced, now)];

    /// <summary>Cancels the order. Payment then refunds what was paid.</summary>
    /// <exception cref="InvalidOperationException"><see cref="CanBeCancelled"/> is false.</exception>
    public IReadOnlyList<object> Cancel(string reason, DateTimeOffset now) => CanBeCancelled
        ? [new OrderCancelled(reason, now)]
        : throw new InvalidOperationException($"Order {Number} is {Status} and cannot be cancelled.");

    /// <summary>Money was refunded to the shopper.</summary>
    public IReadOnlyList<object> GiveBack(Guid refundId, Money amount, DateTimeOffset now)
    {
        if (Refunds.Any(x => x.Id == refundId && x.State == RefundState.Succeeded)) return [];
        var whole = GivenBack.Minor + amount.Minor >= ToGiveBack.Minor;
        var refunded = new OrderRefunded(refundId, amount, whole, now);
        return whole && AwaitsPayment ? [refunded, new OrderCancelled(CancelReason.Refunded, now)] : [refunded];
    }

    /// <summary>A refund failed: one that staff requested, or the one that payment makes for a cancelled order.</summary>
    public IReadOnlyList<object> FailRefund(Guid refundId, string code, DateTimeOffset now) =>
        Refunds.FirstOrDefault(x => x.Id == refundId) is { } refund
            ? refund.State == RefundState.Pending ? [new RefundFailed(refundId, code, now)] : []
            : Status == OrderStatus.Cancelled ? [new RefundFailed(refundId, code, now)] : [];

    public IReadOnlyList<object> HandOver(Guid subject, DateTimeOffset now) =>
        Subject == subject ? [] : [new OrderHandedOver(subject, now)];

    private bool Covers(Money amount) => amount.Currency == Totals.Total.Currency && amount.Minor >= Totals.Total.Minor;

    /// <summary>The order after these facts.</summary>
    public Order After(IEnumerable<object> facts) => facts.Aggregate(this, (order, fact) => order.After(fact));

    /// <summary>The order after one more fact; an unknown fact changes nothing.</summary>
    public Order After(object fact) => fact switch
    {
        PaymentActionRequired required => this with { NextActionUrl = required.Url },
        PaymentDeclined declined => this with { DeclineCode = declined.Code, NextActionUrl = null },
        PaymentRetried retried => this with { ChargeNumber = retried.ChargeNumber, DeclineCode = null, NextActionUrl = null },
        PaymentReceived received => this with { Paid = received.Amount, NextActionUrl = null, DeclineCode = null },
        OrderConfirmed => this with { Status = OrderStatus.Confirmed },
        OrderPacked => this with { Status = OrderStatus.Packed },
        OrderShipped shipped => this with
        {
            Status = OrderStatus.Shipped,
            Shipment = new(shipped.Carrier, shipped.TrackingNumber, shipped.At, TrackingUrl: shipped.TrackingUrl),
        },
        OrderDelivered delivered => this with
        {
            Status = OrderStatus.Delivered,
            Shipment = Shipment is null ? null : Shipment with { DeliveredAt = delivered.At },
        },
        OrderCancelled cancelled => this with
        {
            Status = OrderStatus.Cancelled,
            CancelledFor = cancelled.Reason,
            NextActionUrl = null,
            RefundsAtCancellation = Refunds.Count(x => x.State != RefundState.Pending),
        },
        RefundRequested requested =>
            this with
            {
                Refunds = [.. Refunds, new(requested.RefundId, requested.Amount, requested.Reason, requested.At, RefundState.Pending)],
            },
        OrderRefunded refunded => After(refunded),
        RefundFailed failed => this with { Refunds = WithEnded(failed.RefundId, failed.At, RefundState.Failed) },
        BuyerForgotten => this with { Email = "", ShippingAddress = ShippingAddress.Forgotten(), IsForgotten = true },
        OrderHandedOver handed => this with { Subject = handed.Subject, ByGuest = false },
        _ => this,
    };

    private Order After(OrderRefunded refunded) => this with
    {
        GivenBack = GivenBack + refunded.Amount,
        Refunds = WithEnded(refunded.RefundId, refunded.At, RefundState.Succeeded, refunded.Amount),
        Status = refunded.Whole && !AwaitsPayment && Status != OrderStatus.Cancelled ? OrderStatus.Refunded : Status,
    };

    // Payment makes some refunds without a request: that of a cancelled order, and one from the provider's own dashboard.
    private List<Refund> WithEnded(Guid refundId, DateTimeOffset at, RefundState state, Money? amount = null)
    {
        var known = Refunds.FirstOrDefault(x => x.Id == refundId) ?? new(refundId, null, CancelledFor ?? "", at, state);
        return [.. Refunds.Where(x => x.Id != refundId), known with { Amount = amount ?? known.Amount, State = state }];
    }

    public static Order From(Guid id, OrderPlaced placed) => new()
    {
        Id = id,
        Sequence = placed.Sequence,
        Number = placed.Number,
        Subject = placed.Subject,
        ByGuest = placed.ByGuest,
        Language = placed.Language,
        Origin = placed.Origin,
        Email = placed.Email,
        Lines = placed.Lines,
        Totals = placed.Totals,
        ShippingMethod = placed.ShippingMethod,
        ShippingAddress = placed.ShippingAddress,
        PlacedAt = placed.At,
        ExpiresAt = placed.ExpiresAt,
        Paid = Money.Zero(placed.Totals.Total.Currency),
        GivenBack = Money.Zero(placed.Totals.Total.Currency),
    };
}

/// <summary>Stores the order next to its stream, in the same transaction.</summary>
public sealed class OrderProjection : SingleStreamProjection<Order, Guid>
{
    public override Order? Evolve(Order? snapshot, Guid id, IEvent e) =>
        e.Data is OrderPlaced placed ? Order.From(id, placed) : snapshot?.After(e.Data);
}
