using System.Text.Json.Serialization;
using Aarya.Features.Commerce.Checkout;
using Aarya.Infrastructure.Security;
using JasperFx.Events;
using Marten.Events.Aggregation;

namespace Aarya.Features.Commerce.Orders;

public enum RefundState
{
    Pending,
    Succeeded,
    Failed,
}

/// <summary>One giving back of money, from its request to its end.</summary>
/// <param name="Amount">Null until it is known: all that was left.</param>
public sealed record Refund(Guid Id, Money? Amount, string Reason, DateTimeOffset RequestedAt, RefundState State);

/// <summary>
/// What the facts of an order's stream come to, and what may follow from them. The methods that decide answer the facts to
/// append, none when what they are told is known already: payments tell their news in any order and more than once.
/// </summary>
public sealed record Order
{
    public Guid Id { get; init; }

    public int Version { get; set; }

    public long Sequence { get; init; }

    public required string Number { get; init; }

    public Guid Subject { get; init; }

    /// <summary>It is still a guest's; see <see cref="OrderPlaced"/>.</summary>
    public bool ByGuest { get; init; }

    [Personal]
    public required string Email { get; init; }

    [BlindIndex(nameof(Email))]
    public string EmailIndex { get; init; } = "";

    public OrderStatus Status { get; init; }

    public required IReadOnlyList<OrderLine> Lines { get; init; }

    public required Totals Totals { get; init; }

    public required string ShippingMethod { get; init; }

    public required ShippingAddress ShippingAddress { get; init; }

    /// <summary>The words of the recipient's name, as staff look for them.</summary>
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

    /// <summary>Which of the shopper's ways to pay is being tried, from 1 on: news of an earlier one is old.</summary>
    public int ChargeNumber { get; init; } = 1;

    public IReadOnlyList<Refund> Refunds { get; init; } = [];

    /// <summary>Null until a carrier has taken it.</summary>
    public Shipment? Shipment { get; init; }

    /// <summary>The person who ordered asked to be forgotten.</summary>
    public bool IsForgotten { get; init; }

    /// <summary>Nothing is on its way any more, neither goods nor money.</summary>
    [JsonIgnore]
    public bool HasEnded =>
        Status is OrderStatus.Delivered or OrderStatus.Returned or OrderStatus.Cancelled or OrderStatus.Refunded && !HasRefundPending;

    [JsonIgnore]
    public bool IsPaid => Paid.Minor > 0;

    [JsonIgnore]
    public bool AwaitsPayment => Status == OrderStatus.PendingPayment;

    /// <summary>The goods are sold and have not left the house, so they can go back on the shelf.</summary>
    [JsonIgnore]
    public bool IsUnshipped => Status is OrderStatus.Confirmed or OrderStatus.Packed;

    [JsonIgnore]
    public bool CanBeCancelled => AwaitsPayment || IsUnshipped;

    [JsonIgnore]
    public bool CanBeRefunded => IsPaid && GivenBack.Minor < Paid.Minor && !HasRefundPending;

    [JsonIgnore]
    public PaymentStatus PaymentStatus => this switch
    {
        { GivenBack.Minor: > 0 } when GivenBack.Minor >= ToGiveBack.Minor => PaymentStatus.Refunded,
        { HasRefundPending: true } => PaymentStatus.RefundPending,
        { GivenBack.Minor: > 0 } => PaymentStatus.PartiallyRefunded,
        { IsPaid: true } => Refunds is [.., { State: RefundState.Failed }] ? PaymentStatus.RefundFailed : PaymentStatus.Captured,
        { DeclineCode: not null } => PaymentStatus.Declined,
        { Status: OrderStatus.Cancelled } => PaymentStatus.Voided,
        { NextActionUrl: not null } => PaymentStatus.RequiresAction,
        _ => PaymentStatus.Pending,
    };

    /// <summary>More ways to pay than this are not tried: an order is no place to find out which cards work.</summary>
    public const int MostCharges = 10;

    private bool HasRefundPending => Refunds.Any(x => x.State == RefundState.Pending);

    // News of a refund may come before the news of the payment that it gives back.
    private Money ToGiveBack => IsPaid ? Paid : Totals.Total;

    /// <summary>True when this payment confirms the order, provided that its goods can be sold.</summary>
    public bool IsConfirmedBy(Money amount) => AwaitsPayment && !IsPaid && Covers(amount);

    /// <summary>The money has arrived.</summary>
    /// <param name="goodsSold">Whether the goods, held until now, have become a sale.</param>
    /// <param name="refundId">The refund's id, should the money have to go back.</param>
    public IReadOnlyList<object> Receive(Money amount, bool goodsSold, Guid refundId, DateTimeOffset now)
    {
        if (IsPaid) return [];
        var received = new PaymentReceived(amount, now);
        if (IsConfirmedBy(amount) && goodsSold) return [received, new OrderConfirmed(now)];
        List<object> facts = [received];
        var why = CancelledFor ?? (Covers(amount) ? CancelReason.GoodsGone : CancelReason.PaymentShort);
        if (AwaitsPayment) facts.Add(new OrderCancelled(why, now));
        if (amount.Minor > GivenBack.Minor) facts.Add(new RefundRequested(refundId, null, why, now));
        return facts;
    }

    /// <summary>One way to pay has come to nothing. The goods stay held: the shopper can pay another way until the order expires.</summary>
    /// <param name="final">No other way will be taken: the order ends.</param>
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

    /// <summary>The shopper pays another way.</summary>
    public IReadOnlyList<object> PayAgain(DateTimeOffset now) => [new PaymentRetried(ChargeNumber + 1, now)];

    /// <summary>The time to pay is over.</summary>
    public IReadOnlyList<object> Expire(DateTimeOffset now) =>
        AwaitsPayment ? [new OrderCancelled(DeclineCode is null ? CancelReason.Unpaid : CancelReason.PaymentDeclined, now)] : [];

    /// <summary>Nobody is paying it, so that another order may take the same goods.</summary>
    public bool GivesWay(DateTimeOffset now) => AwaitsPayment && (PaymentStatus == PaymentStatus.Declined || now >= ExpiresAt);

    /// <summary>Ends it for another order of the same goods.</summary>
    public IReadOnlyList<object> GiveWay(DateTimeOffset now) =>
        now >= ExpiresAt ? Expire(now) : [new OrderCancelled(CancelReason.Replaced, now)];

    /// <exception cref="InvalidOperationException">Not <see cref="CanBeCancelled"/>.</exception>
    public IReadOnlyList<object> Cancel(string reason, Guid refundId, DateTimeOffset now)
    {
        if (!CanBeCancelled) throw new InvalidOperationException($"Order {Number} is {Status} and cannot be cancelled.");
        var cancelled = new OrderCancelled(reason, now);
        return CanBeRefunded ? [cancelled, new RefundRequested(refundId, null, reason, now)] : [cancelled];
    }

    /// <summary>Money has gone back to the shopper.</summary>
    public IReadOnlyList<object> GiveBack(Guid refundId, Money amount, DateTimeOffset now)
    {
        if (Refunds.Any(x => x.Id == refundId && x.State == RefundState.Succeeded)) return [];
        var whole = GivenBack.Minor + amount.Minor >= ToGiveBack.Minor;
        var refunded = new OrderRefunded(refundId, amount, whole, now);
        return whole && AwaitsPayment ? [refunded, new OrderCancelled(CancelReason.Refunded, now)] : [refunded];
    }

    public IReadOnlyList<object> FailRefund(Guid refundId, string code, DateTimeOffset now) =>
        Refunds.Any(x => x.Id == refundId && x.State == RefundState.Pending) ? [new RefundFailed(refundId, code, now)] : [];

    public IReadOnlyList<object> HandOver(Guid subject, DateTimeOffset now) =>
        Subject == subject ? [] : [new OrderHandedOver(subject, now)];

    private bool Covers(Money amount) => amount.Currency == Totals.Total.Currency && amount.Minor >= Totals.Total.Minor;

    /// <summary>The order after these facts.</summary>
    public Order After(IEnumerable<object> facts) => facts.Aggregate(this, (order, fact) => order.After(fact));

    /// <summary>The order after one more fact; unchanged by a fact that it does not know.</summary>
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
            Shipment = new(shipped.Carrier, shipped.TrackingNumber, shipped.At),
        },
        OrderDelivered delivered => this with
        {
            Status = OrderStatus.Delivered,
            Shipment = Shipment is null ? null : Shipment with { DeliveredAt = delivered.At },
        },
        OrderCancelled cancelled => this with { Status = OrderStatus.Cancelled, CancelledFor = cancelled.Reason, NextActionUrl = null },
        RefundRequested requested =>
            this with
            {
                Refunds = [.. Refunds, new(requested.RefundId, requested.Amount, requested.Reason, requested.At, RefundState.Pending)],
            },
        OrderRefunded refunded => After(refunded),
        RefundFailed failed =>
            this with { Refunds = [.. Refunds.Select(x => x.Id == failed.RefundId ? x with { State = RefundState.Failed } : x)] },
        BuyerForgotten => this with { Email = "", ShippingAddress = ShippingAddress.Forgotten(), IsForgotten = true },
        OrderHandedOver handed => this with { Subject = handed.Subject, ByGuest = false },
        _ => this,
    };

    private Order After(OrderRefunded refunded)
    {
        var known = Refunds.FirstOrDefault(x => x.Id == refunded.RefundId)
            ?? new(refunded.RefundId, null, "", refunded.At, RefundState.Pending);
        return this with
        {
            GivenBack = GivenBack + refunded.Amount,
            Refunds = [.. Refunds.Where(x => x.Id != refunded.RefundId),
                known with { Amount = refunded.Amount, State = RefundState.Succeeded }],
            Status = refunded.Whole && !AwaitsPayment && Status != OrderStatus.Cancelled ? OrderStatus.Refunded : Status,
        };
    }

    public static Order From(Guid id, OrderPlaced placed) => new()
    {
        Id = id,
        Sequence = placed.Sequence,
        Number = placed.Number,
        Subject = placed.Subject,
        ByGuest = placed.ByGuest,
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

/// <summary>Keeps the order beside its stream, in the same transaction.</summary>
public sealed class OrderProjection : SingleStreamProjection<Order, Guid>
{
    public override Order? Evolve(Order? snapshot, Guid id, IEvent e) =>
        e.Data is OrderPlaced placed ? Order.From(id, placed) : snapshot?.After(e.Data);
}
