using Aarya.Features.Commerce.Pricing;

namespace Aarya.Features.Commerce.Orders;

/// <param name="TaxRate">Per cent, as it was when the order was placed.</param>
/// <param name="Tax">Included in the line and in its share of the delivery charge.</param>
public sealed record OrderLineView(
    string Sku, string Name, OptionsView Options, string Image, int Quantity, Money UnitPrice, Money LineTotal,
    int TaxRate, string? HsnCode, Money? Tax);

/// <summary>What the shopper must do next: open <paramref name="Url"/>.</summary>
public sealed record OrderNextActionView(string Type, string Url);

public sealed record OrderPaymentView(OrderPaymentStatus Status, OrderNextActionView? NextAction, string? DeclineCode, Money? Refunded);

/// <summary>An order as its shopper and staff see it. <paramref name="Tax"/> is part of <paramref name="Total"/>.</summary>
/// <param name="Taxes">By rate, delivery included; absent for orders from before it was recorded.</param>
public record OrderView(
    Guid Id, string Number, OrderStatus Status, string Email, IReadOnlyList<OrderLineView> Lines,
    Money Subtotal, Money Discount, Money Shipping, Money Tax, Money Total,
    ShippingAddress ShippingAddress, string ShippingMethod, OrderPaymentView Payment,
    DateTimeOffset PlacedAt, DateTimeOffset? ExpiresAt, string? CancelReason, Shipment? Shipment, IReadOnlyList<RateTax>? Taxes)
{
    public static OrderView Of(Order order) => new(
        order.Id, order.Number, order.Status, order.Email,
        [.. order.Lines.Select(x => new OrderLineView(
            x.Sku, x.Name, new(x.Size, x.Colour), x.Image, x.Quantity, x.UnitPrice, x.LineTotal, x.TaxRate, x.HsnCode, x.Tax))],
        order.Totals.Subtotal, order.Totals.Discount, order.Totals.Shipping, order.Totals.Tax, order.Totals.Total,
        order.ShippingAddress, order.ShippingMethod,
        new(order.PaymentStatus, order.NextActionUrl is { } url ? new("redirect", url) : null, order.DeclineCode,
            order.GivenBack.Minor > 0 ? order.GivenBack : null),
        order.PlacedAt, order.AwaitsPayment ? order.ExpiresAt : null, order.CancelledFor, order.Shipment, order.Totals.Taxes);
}
