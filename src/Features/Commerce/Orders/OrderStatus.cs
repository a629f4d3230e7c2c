using System.Text.Json;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The status of an order. <see cref="Cancelled"/> and <see cref="Refunded"/> are final.</summary>
public enum OrderStatus
{
    PendingPayment,
    Confirmed,
    Packed,
    Shipped,
    Delivered,
    ReturnRequested,
    Returned,
    Cancelled,

    /// <summary>The whole payment was refunded.</summary>
    Refunded,
}

/// <summary>The status of the order's payment, in addition to <see cref="OrderStatus"/>.</summary>
public enum OrderPaymentStatus
{
    Pending,
    RequiresAction,
    Captured,
    Declined,

    /// <summary>The order was cancelled before anything was paid.</summary>
    Voided,

    /// <summary>A refund is in progress.</summary>
    RefundPending,

    /// <summary>The last refund failed; staff must look into it.</summary>
    RefundFailed,
    PartiallyRefunded,
    Refunded,
}

public static class OrderStatusText
{
    /// <summary>The status as clients read it: <c>pending_payment</c>.</summary>
    public static string Text(this OrderStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{status}");

    public static string Text(this OrderPaymentStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{status}");
}
