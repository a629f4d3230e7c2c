using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Pricing;
using Aarya.Features.Payment.Payments;
using Wire = Aarya.Protos.Commerce;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>An order as protos/commerce.proto has it.</summary>
internal static class WireOrder
{
    public static Wire.Order Of(Order order) => new()
    {
        Id = $"{order.Id}",
        Number = order.Number,
        Status = order.Status.Text(),
        Subject = $"{order.Subject}",
        Total = order.Totals.Total.ToProto(),
        Lines = { order.Lines.Select(LineOf) },
        PaymentStatus = order.PaymentStatus.Text(),
    };

    private static Wire.CartItem LineOf(OrderLine x) =>
        new() { Sku = x.Sku, Name = x.Name, Quantity = x.Quantity, UnitPrice = x.UnitPrice.ToProto(), LineTotal = x.LineTotal.ToProto() };
}
