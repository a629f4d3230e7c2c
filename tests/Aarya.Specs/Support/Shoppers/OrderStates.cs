using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Alba;
using Wolverine.Tracking;

namespace Aarya.Specs.Support.Shoppers;

/// <summary>Orders in a given state, brought there by the shopper, by payment's events and by the shop's staff.</summary>
internal static class OrderStates
{
    /// <summary>An order of new goods that waits for its payment, when every message about it is handled or sent.</summary>
    public static async Task<OrderView> PlacedOrderAsync(this IAlbaHost host, Shopper shopper, int pieces = 1)
    {
        (await shopper.AddAsync(await host.SellsAsync(), pieces)).Is(200);
        OrderView order = null!;
        await host.ExecuteAndWaitAsync(async () => order = (await shopper.CheckoutAsync()).Is(201).As<OrderView>(), 30_000);
        return order;
    }

    public static async Task<OrderView> PaidOrderAsync(this IAlbaHost host, Shopper shopper, int pieces = 1)
    {
        var order = await host.PlacedOrderAsync(shopper, pieces);
        await host.PaysAsync(order);
        return order;
    }

    public static async Task<OrderView> PackedOrderAsync(this IAlbaHost host, Shopper shopper)
    {
        var order = await host.PaidOrderAsync(shopper);
        await host.MovesAsync(order, "pack");
        return order;
    }

    /// <summary>Lets payment report that the order's whole price was charged.</summary>
    public static Task<ITrackedSession> PaysAsync(this IAlbaHost host, OrderView order) =>
        host.InvokeMessageAndWaitAsync(new PaymentCapturedNotice(order.Id, order.Total, DateTimeOffset.UtcNow));

    /// <summary>Packs, ships and delivers a paid order.</summary>
    public static async Task DeliversAsync(this IAlbaHost host, OrderView order)
    {
        await host.MovesAsync(order, "pack");
        await host.MovesAsync(order, "ship", new { carrier = "Delhivery", trackingNumber = "DL123" });
        await host.MovesAsync(order, "deliver");
    }

    private static async Task MovesAsync(this IAlbaHost host, OrderView order, string step, object? body = null)
    {
        using var support = await Shopper.OfRoleAsync(host, "support");
        (await support.PostAsync($"/api/admin/orders/{order.Id}/{step}", body)).Is(200);
    }
}
