using System.Text.Json.Serialization;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Taxation;
using Aarya.Infrastructure.Security;

namespace Aarya.Features.Commerce.Orders;

/// <param name="TaxRate">Per cent, as it was when the order was placed, see <see cref="GoodsAndServicesTax"/>; 0 for an export.</param>
/// <param name="HsnCode">What the goods were taxed by; like what follows, null for an order that was placed before it was kept.</param>
/// <param name="Shipping">The line's part of the delivery.</param>
/// <param name="Tax">The tax in the line and in its part of the delivery.</param>
public sealed record OrderLine(
    string Sku, string Name, string Size, string Colour, string Image, int Quantity, Money UnitPrice, int TaxRate,
    string? HsnCode = null, Money? Shipping = null, Money? Tax = null)
{
    [JsonIgnore]
    public Money LineTotal => UnitPrice * Quantity;
}

/// <summary>The shopper ordered; the goods are held until <paramref name="ExpiresAt"/>.</summary>
/// <param name="Sequence">The order's place among all orders, which <paramref name="Number"/> shows scrambled.</param>
/// <param name="ByGuest">There was no account: one that verifies the address later gets the order. Orders of before this was recorded have
/// none.</param>
public sealed record OrderPlaced(
    long Sequence, string Number, Guid Subject, [property: Personal] string Email, IReadOnlyList<OrderLine> Lines, Totals Totals,
    string ShippingMethod, ShippingAddress ShippingAddress, DateTimeOffset At, DateTimeOffset ExpiresAt, bool ByGuest = false)
{
    /// <summary>The same without the person.</summary>
    public OrderPlaced Forgotten() => this with { Email = "", ShippingAddress = ShippingAddress.Forgotten() };
}

/// <summary>The shopper must do something elsewhere before the payment goes on, such as 3-D Secure.</summary>
public sealed record PaymentActionRequired(string Url, DateTimeOffset At);

public sealed record PaymentDeclined(string Code, DateTimeOffset At);

/// <summary>The shopper pays with another token.</summary>
/// <param name="ChargeNumber">2 for the second way to pay that the shopper tries, and so on.</param>
public sealed record PaymentRetried(int ChargeNumber, DateTimeOffset At);

public sealed record PaymentReceived(Money Amount, DateTimeOffset At);

/// <summary>The order is paid and its goods are sold.</summary>
public sealed record OrderConfirmed(DateTimeOffset At);

public sealed record OrderPacked(DateTimeOffset At);

public sealed record OrderShipped(string Carrier, string TrackingNumber, DateTimeOffset At);

public sealed record OrderDelivered(DateTimeOffset At);

public sealed record OrderCancelled(string Reason, DateTimeOffset At);

/// <param name="Amount">Null: all that has not been given back yet.</param>
public sealed record RefundRequested(Guid RefundId, Money? Amount, string Reason, DateTimeOffset At);

/// <param name="Whole">Nothing of what was paid is left.</param>
public sealed record OrderRefunded(Guid RefundId, Money Amount, bool Whole, DateTimeOffset At);

public sealed record RefundFailed(Guid RefundId, string Code, DateTimeOffset At);

/// <summary>Nobody is to know any more who ordered; see <see cref="OrderPlaced.Forgotten"/>.</summary>
public sealed record BuyerForgotten(DateTimeOffset At);

/// <summary>The guest who ordered has become a customer, or the owner of the order's address has shown that it is theirs.</summary>
public sealed record OrderHandedOver(Guid Subject, DateTimeOffset At);
