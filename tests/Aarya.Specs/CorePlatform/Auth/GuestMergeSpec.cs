using System.Net;
using System.Text.Json;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Auth;

/// <summary>A guest's cart belongs to the account after the login, whatever else happens at the same moment.</summary>
[StoryOf(typeof(EndSessionHandler))]
public sealed class GuestMergeSpec(AaryaFixture fixture, OtherNode node) : CoreSpec(fixture), IClassFixture<OtherNode>
{
    [Fact]
    public async Task of_every_sku_the_larger_quantity_stays_and_no_line_is_lost()
    {
        var (both, guests, customers) = (await Host.SellsAsync(), await Host.SellsAsync(), await Host.SellsAsync());
        var email = await RegisteredAsync();
        var customer = await LogInAsync(Host, email, null);
        await AddAsync(customer, both, 2);
        await AddAsync(customer, customers, 4);
        var guest = await GuestAsync();
        await AddAsync(guest, both, ShoppingCart.MaxPerLine);
        await AddAsync(guest, guests, 3);

        Assert.Equal(Lines((both, ShoppingCart.MaxPerLine), (customers, 4), (guests, 3)),
            await CartAsync(await LogInAsync(Host, email, guest)));
    }

    [Fact]
    public async Task two_devices_that_sign_in_at_once_on_two_nodes_lose_no_line()
    {
        for (var round = 0; round < 3; round++)
        {
            var email = await RegisteredAsync();
            var (both, phones, laptops) = (await Host.SellsAsync(), await Host.SellsAsync(), await Host.SellsAsync());
            var (phone, laptop) = (await GuestAsync(), await GuestAsync());
            await AddAsync(phone, both, 7);
            await AddAsync(phone, phones, 1);
            await AddAsync(laptop, both, 3);
            await AddAsync(laptop, laptops, 2);

            var signedIn = await Task.WhenAll(LogInAsync(Host, email, phone), LogInAsync(node.Host, email, laptop));
            foreach (var device in signedIn) Assert.Equal(Lines((both, 7), (phones, 1), (laptops, 2)), await CartAsync(device));
        }
    }

    [Fact]
    public async Task one_guest_who_signs_in_twice_at_once_is_merged_once()
    {
        var email = await RegisteredAsync();
        var sku = await Host.SellsAsync();
        var guest = await GuestAsync();
        await AddAsync(guest, sku, 5);
        var signedIn = await Task.WhenAll(LogInAsync(Host, email, guest), LogInAsync(node.Host, email, guest));
        foreach (var device in signedIn) Assert.Equal(Lines((sku, 5)), await CartAsync(device));
    }

    [Fact]
    public async Task a_guest_who_registers_on_one_node_and_signs_in_on_another_keeps_the_cart()
    {
        var sku = await Host.SellsAsync();
        var guest = await GuestAsync();
        await AddAsync(guest, sku, 2);
        var email = NewEmail();
        await Track(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new Register(email, Password, "Asha Rao")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });
        Assert.Equal(Lines((sku, 2)), await CartAsync(await LogInAsync(node.Host, email, null)));
    }

    [Fact]
    public async Task the_orders_of_a_guest_are_the_customer_s_once_they_have_signed_in()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync(), 1);
        var number = (await shopper.CheckoutAsync()).Is(201)["number"].GetString();
        var customer = await SignedInAsync();

        await Host.InvokeMessageAndWaitAsync(new Aarya.Features.Commerce.Contracts.GuestSignedInNotice(shopper.Subject, customer.User.Id,
            DateTimeOffset.UtcNow));
        var orders = await Host.Scenario(x => { x.WithBearerToken(customer.AccessToken); x.Get.Url("/api/orders"); });
        Assert.Equal(number,
            Assert.Single(orders.ReadAsJson<JsonElement>().GetProperty("items").EnumerateArray()).GetProperty("number").GetString());
    }

    [Fact]
    public async Task an_order_that_a_guest_was_placing_while_they_signed_in_is_the_customer_s_too()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var customer = await SignedInAsync();
        var handedOver =
            await Host.InvokeMessageAndWaitAsync(new Aarya.Features.Commerce.Contracts.GuestSignedInNotice(shopper.Subject,
                customer.User.Id,
                DateTimeOffset.UtcNow));
        await shopper.AddAsync(await Host.SellsAsync(), 1);
        var number = (await shopper.CheckoutAsync()).Is(201)["number"].GetString();

        await handedOver.PlayScheduledMessagesAsync(TimeSpan.FromSeconds(30));
        var orders = await Host.Scenario(x => { x.WithBearerToken(customer.AccessToken); x.Get.Url("/api/orders"); });
        Assert.Equal(number,
            Assert.Single(orders.ReadAsJson<JsonElement>().GetProperty("items").EnumerateArray()).GetProperty("number").GetString());
    }

    private static IEnumerable<(string?, int)> Lines(params (string? Sku, int Quantity)[] lines) =>
        lines.OrderBy(x => x.Sku, StringComparer.Ordinal);

    private static async Task<SignedIn> LogInAsync(IAlbaHost on, string email, SignedIn? guest)
    {
        IScenarioResult response = null!;
        await on.ExecuteAndWaitAsync(async () => response = await on.Scenario(x =>
        {
            if (guest is not null) x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
        }), 30_000);
        return response.ReadAsJson<SignedIn>()!;
    }

    private async Task AddAsync(SignedIn who, string sku, int quantity) =>
        await Host.Scenario(x =>
        {
            x.WithBearerToken(who.AccessToken);
            x.Post.Json(new AddToCart(sku, quantity)).ToUrl("/api/cart/items");
        });

    private async Task<IEnumerable<(string?, int)>> CartAsync(SignedIn who)
    {
        var cart = await Host.Scenario(x => { x.WithBearerToken(who.AccessToken); x.Get.Url("/api/cart"); });
        return cart.ReadAsJson<JsonElement>().GetProperty("lines").EnumerateArray()
            .Select(x => (x.GetProperty("sku").GetString(), x.GetProperty("quantity").GetInt32()))
            .OrderBy(x => x.Item1, StringComparer.Ordinal);
    }
}
