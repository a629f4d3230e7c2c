using System.Text.Json;

namespace Aarya.Features.Commerce.Orders;

/// <summary>How far an order has come. <see cref="Cancelled"/> and <see cref="Refunded"/> are final.</summary>
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

    /// <summary>All that was paid was given back.</summary>
    Refunded,
}

/// <summary>How the order's money stands, beside <see cref="OrderStatus"/>.</summary>
public enum PaymentStatus
{
    Pending,
    RequiresAction,
    Captured,
    Declined,

    /// <summary>The order was cancelled before any money came.</summary>
    Voided,

    /// <summary>Money is on its way back.</summary>
    RefundPending,

    /// <summary>The last attempt to give money back failed; the shop's people look into it.</summary>
    RefundFailed,
    PartiallyRefunded,
    Refunded,
}

public static class OrderStatusText
{
    /// <summary>The status as clients read it: <c>pending_payment</c>.</summary>
    public static string Text(this OrderStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{status}");

    public static string Text(this PaymentStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{status}");
}
