using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.HandOver;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Orders.HandOver;

public sealed class HandOverAgainSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task what_a_request_left_with_the_guest_after_the_first_hand_over_follows_and_comes_once()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        var signedIn = await Host.InvokeMessageAndWaitAsync(
            new GuestSignedInNotice(guest.Subject, account.Subject, DateTimeOffset.UtcNow), 30_000);
        Assert.Empty(signedIn.Sent.MessagesOf<OrderHandedOverNotice>());
        // These requests began before the guest signed in, and ended after the hand-over.
        var order = (await Host.PlacedOrderAsync(guest)).Id;
        var left = await Host.SellsAsync();
        await guest.AddAsync(left);

        var again = await signedIn.PlayScheduledMessagesAsync(TimeSpan.FromSeconds(30));

        var told = Assert.Single(again.Sent.MessagesOf<OrderHandedOverNotice>());
        Assert.Equal((order, guest.Subject, account.Subject), (told.OrderId, told.From, told.To));
        (await account.GetAsync($"/api/orders/{order}")).Is(200);
        (await guest.GetAsync($"/api/orders/{order}")).Is(404);
        Assert.Equal(1, await QuantityAsync(account, left));

        var third = await Host.InvokeMessageAndWaitAsync(new HandOverAgain(guest.Subject, account.Subject), 30_000);
        Assert.Empty(third.Sent.MessagesOf<OrderHandedOverNotice>());
        Assert.Equal(1, await QuantityAsync(account, left));
    }

    private static async Task<int> QuantityAsync(Shopper shopper, string sku) =>
        (await shopper.GetAsync("/api/cart")).Is(200).As<CartView>().Lines.Single(x => x.Sku == sku).Quantity;
}
