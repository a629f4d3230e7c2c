using System.Text.Json.Serialization;
using Aarya.Features.Commerce.Pricing;
using Aarya.Features.Commerce.Taxation;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Commerce.Orders;

/// <summary>The facts of an order.</summary>
internal static class OrderFacts
{
    /// <summary>
    /// Each is stored under its own name, without its namespace: the store knows every name from the start, so that a fact is read whatever
    /// room its record has moved to.
    /// </summary>
    public static IReadOnlyList<Type> All { get; } =
    [
        typeof(OrderPlaced), typeof(PaymentActionRequired), typeof(PaymentDeclined), typeof(PaymentRetried), typeof(PaymentReceived),
        typeof(OrderConfirmed), typeof(OrderPacked), typeof(OrderShipped), typeof(OrderDelivered), typeof(OrderCancelled),
        typeof(RefundRequested), typeof(OrderRefunded), typeof(RefundFailed), typeof(BuyerForgotten), typeof(OrderHandedOver),
    ];
}

/// <param name="TaxRate">Per cent, as it was when the order was placed, see <see cref="GoodsAndServicesTax"/>; 0 for an export.</param>
/// <param name="HsnCode">The code that the goods were taxed by; like the next two, null for orders from before it was recorded.</param>
/// <param name="Shipping">The line's share of the delivery charge.</param>
/// <param name="Tax">The tax included in the line and in its share of the delivery charge.</param>
public sealed record OrderLine(
    string Sku, string Name, string Size, string Colour, string Image, int Quantity, Money UnitPrice, int TaxRate,
    string? HsnCode = null, Money? Shipping = null, Money? Tax = null)
{
    [JsonIgnore]
    public Money LineTotal => UnitPrice * Quantity;
}

/// <summary>The shopper placed an order; its goods are reserved until <paramref name="ExpiresAt"/>.</summary>
/// <param name="Sequence">The order's position among all orders; <paramref name="Number"/> is its scrambled form.</param>
/// <param name="ByGuest">
/// True when it was placed without an account: an account that verifies the address later receives the order. False for orders from before
/// this was recorded.
/// </param>
/// <param name="Language">What the shopper's browser preferred, see <see cref="Languages"/>; null when it preferred none of them.</param>
public sealed record OrderPlaced(
    long Sequence, string Number, Guid Subject, [property: Personal] string Email, IReadOnlyList<OrderLine> Lines, Totals Totals,
    string ShippingMethod, ShippingAddress ShippingAddress, DateTimeOffset At, DateTimeOffset ExpiresAt, bool ByGuest = false,
    string? Language = null, VisitOrigin? Origin = null)
{
    /// <summary>The same without personal data.</summary>
    public OrderPlaced Forgotten() => this with { Email = "", ShippingAddress = ShippingAddress.Forgotten() };
}

/// <summary>The shopper must complete a step elsewhere, such as 3-D Secure, before the payment continues.</summary>
public sealed record PaymentActionRequired(string Url, DateTimeOffset At);

public sealed record PaymentDeclined(string Code, DateTimeOffset At);

/// <summary>The shopper pays with another token.</summary>
/// <param name="ChargeNumber">2 for the second token, and so on.</param>
public sealed record PaymentRetried(int ChargeNumber, DateTimeOffset At);

public sealed record PaymentReceived(Money Amount, DateTimeOffset At);

/// <summary>The order is paid and its goods are sold.</summary>
public sealed record OrderConfirmed(DateTimeOffset At);

public sealed record OrderPacked(DateTimeOffset At);

/// <param name="TrackingUrl">The carrier's page about the parcel, if it has one.</param>
public sealed record OrderShipped(string Carrier, string TrackingNumber, DateTimeOffset At, string? TrackingUrl = null);

public sealed record OrderDelivered(DateTimeOffset At);

public sealed record OrderCancelled(string Reason, DateTimeOffset At);

/// <param name="Amount">Null for all that has not been refunded yet.</param>
public sealed record RefundRequested(Guid RefundId, Money? Amount, string Reason, DateTimeOffset At);

/// <param name="Whole">True when the whole payment is refunded.</param>
public sealed record OrderRefunded(Guid RefundId, Money Amount, bool Whole, DateTimeOffset At);

public sealed record RefundFailed(Guid RefundId, string Code, DateTimeOffset At);

/// <summary>The buyer's personal data was erased; see <see cref="OrderPlaced.Forgotten"/>.</summary>
public sealed record BuyerForgotten(DateTimeOffset At);

/// <summary>The order has a new owner: its guest signed in, or an account verified the order's e-mail address.</summary>
public sealed record OrderHandedOver(Guid Subject, DateTimeOffset At);
