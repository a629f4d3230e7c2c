using Aarya.Features;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.HandOver;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Store;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.Payment.Charges;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Orders.HandOver;

/// <summary>A guest's orders with an e-mail address appear in the account that later verifies this address.</summary>
[StoryOf(typeof(HandOverToVerifiedHandler), typeof(FollowOrderHandler), typeof(HandOverPaymentHandler))]
public sealed class HandOverVerifiedSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly string email = $"asha.{Guid.NewGuid():N}@example.com";

    [Fact]
    public async Task orders_of_guests_with_the_address_become_the_account_s_and_the_others_are_told()
    {
        using var phone = await Shopper.GuestAsync(Host);
        using var laptop = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        OrderView[] placed = [await PlaceAsync(phone, $" {email.ToUpperInvariant()} "), await PlaceAsync(laptop, email)];
        await PlaceAsync(laptop, "rao@example.com");
        Assert.Empty(await OrdersAsync(account));

        var messages = await VerifiesAsync(account);

        Assert.Equal(placed.Select(x => x.Id).Order(), (await OrdersAsync(account)).Order());
        Assert.Equal(
            new[] { (placed[0].Id, phone.Subject, account.Subject), (placed[1].Id, laptop.Subject, account.Subject) }.Order(),
            messages.Sent.MessagesOf<OrderHandedOverNotice>().Select(x => (x.OrderId, x.From, x.To)).Order());
        (await phone.GetAsync($"/api/orders/{placed[0].Id}")).Is(404);
        Assert.Single(await OrdersAsync(laptop));
        Assert.Empty((await VerifiesAsync(account)).Sent.MessagesOf<OrderHandedOverNotice>());
    }

    [Fact]
    public async Task an_order_of_another_customer_stays_theirs_whatever_address_it_names()
    {
        using var other = await Shopper.OfRoleAsync(Host, "customer");
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        var theirs = await PlaceAsync(other, email);
        var signedIn = await PlaceAsync(guest, email);
        await Host.InvokeMessageAndWaitAsync(new GuestSignedInNotice(guest.Subject, other.Subject, DateTimeOffset.UtcNow));

        await VerifiesAsync(account);

        Assert.Empty(await OrdersAsync(account));
        Assert.Equal(new[] { theirs.Id, signedIn.Id }.Order(), (await OrdersAsync(other)).Order());
    }

    [Fact]
    public async Task an_order_under_way_while_the_address_is_verified_follows_and_a_later_one_does_not()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        // The second hand-over asks core for the address.
        await using (var core = Host.Services.GetRequiredService<ICoreStore>().LightweightSession())
        {
            var owner = (await core.LoadAsync<User>(account.Subject, TestContext.Current.CancellationToken))!;
            owner.Email = email;
            core.Update(owner);
            await core.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        // Commerce receives the event before a checkout that began earlier has committed.
        var verified =
            await Host.InvokeMessageAndWaitAsync(new EmailVerifiedNotice(account.Subject, email, DateTimeOffset.UtcNow.AddMinutes(1)));
        var underWay = await PlaceAsync(guest, email);
        await verified.PlayScheduledMessagesAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([underWay.Id], await OrdersAsync(account));

        var again = await Host.InvokeMessageAndWaitAsync(new EmailVerifiedNotice(account.Subject, email, DateTimeOffset.UtcNow));
        await PlaceAsync(guest, email);
        await again.PlayScheduledMessagesAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([underWay.Id], await OrdersAsync(account));
    }

    [Fact]
    public async Task the_payment_and_what_was_told_follow_the_order()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        var order = Guid.CreateVersion7();
        var now = DateTimeOffset.UtcNow;
        await Host.InvokeMessageAndWaitAsync(new Features.Payment.Contracts.OrderPlacedNotice(
            order, "AA-7K2M9Q4", guest.Subject, email, Money.Rupees(500), [], "tok_approve", now, now.AddMinutes(15)), 60_000);
        (await guest.GetAsync($"/api/payments/{order}")).Is(200);
        (await account.GetAsync($"/api/payments/{order}")).Is(404);
        var letter = StrictLetters.MailTo(email, guest.Subject, now, order);
        var notification = new Notification
        {
            Id = Guid.CreateVersion7(),
            Subject = guest.Subject,
            Kind = "order_confirmed",
            Title = "Confirmed",
            OrderId = order,
        };
        await using var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession();
        letter.SentAt = now;
        session.Store(letter);
        session.Store(notification);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);

        for (var i = 0; i < 2; i++)
        {
            var (from, to) = (guest.Subject, account.Subject);
            await Host.InvokeMessageAndWaitAsync(new Features.Payment.Contracts.OrderHandedOverNotice(order, from, to, now));
            await Host.InvokeMessageAndWaitAsync(new Features.Content.Contracts.OrderHandedOverNotice(order, from, to, now));
        }

        (await account.GetAsync($"/api/payments/{order}")).Is(200);
        (await guest.GetAsync($"/api/payments/{order}")).Is(404);
        var told = Assert.Single((await account.GetAsync("/api/notifications"))["items"].EnumerateArray());
        Assert.Equal(order, told.GetProperty("orderId").GetGuid());
        Assert.Empty((await guest.GetAsync("/api/notifications"))["items"].EnumerateArray());
        await using var after = Host.Services.GetRequiredService<IContentStore>().QuerySession();
        Assert.Equal(account.Subject, (await after.LoadAsync<EmailMessage>(letter.Id, TestContext.Current.CancellationToken))!.Owner);
    }

    private Task<ITrackedSession> VerifiesAsync(Shopper account) =>
        Host.InvokeMessageAndWaitAsync(new EmailVerifiedNotice(account.Subject, email, DateTimeOffset.UtcNow));

    private async Task<OrderView> PlaceAsync(Shopper shopper, string address)
    {
        await shopper.AddAsync(await Host.SellsAsync());
        var home = SampleAddresses.Bengaluru;
        var order = new { shippingAddress = home, shippingMethod = "standard", paymentToken = "tok_approve", email = address };
        Answer placed = null!;
        await Host.ExecuteAndWaitAsync(async () => placed = await shopper.PostAsync("/api/checkout", order, $"{Guid.NewGuid()}"), 30_000);
        return placed.Is(201).As<OrderView>();
    }

    private static async Task<IEnumerable<Guid>> OrdersAsync(Shopper shopper) =>
        (await shopper.GetAsync("/api/orders")).Is(200).As<OrderPage>().Items.Select(x => x.Id);
}
