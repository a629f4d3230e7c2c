using Aarya.Features.Commerce.Cart;
using Aarya.Features.Content.CartReminders;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Aarya.Features.Content.Store;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.CartReminders;

/// <summary>A customer who has asked for it is reminded of a cart, once, and never after an order.</summary>
[StoryOf(typeof(FindAbandonedCarts), typeof(RemindOfCartHandler), typeof(SendCartReminderHandler),
    typeof(CartReminderPruning))]
public sealed class CartReminderSpec(AaryaFixture fixture) : Spec(fixture), IAsyncLifetime
{
    private static readonly CartKeys Keys = new(RedisKeys.OfOneBucket);

    private const string Preferences = "/api/notifications/preferences";

    private Shopper customer = null!;
    private string sku = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        customer = await Shopper.OfRoleAsync(Host, "customer");
        await ChangeUserAsync(x => x.EmailVerified = true);
        sku = await Host.SellsAsync();
        await customer.AddAsync(sku, 2);
        await SwitchAsync(on: true);
    }

    [Fact]
    public async Task a_cart_that_was_left_is_mailed_once_with_what_is_in_it()
    {
        await AskAsync(mail: true);
        Assert.Empty(await RunAsync());

        await LeaveAsync(TimeSpan.FromHours(25));
        var mail = await Host.MailAsync(Assert.Single(await RunAsync()).EmailId);
        Assert.NotNull(mail.SentAt);
        Assert.Equal("You have something in your cart", mail.Subject);
        Assert.Contains("2 × ", mail.Text, StringComparison.Ordinal);
        Assert.NotNull(mail.UnsubscribeUrl);
        Assert.Equal(["cart_reminder"],
            (await customer.GetAsync("/api/notifications")).Is(200).As<NotificationPage>().Items.Select(x => x.Kind));

        Assert.Empty(await RunAsync());
        await customer.AddAsync(sku);
        await LeaveAsync(TimeSpan.FromHours(25));
        Assert.Empty(await RunAsync());
    }

    [Fact]
    public async Task eight_racing_rounds_remind_a_customer_once()
    {
        await AskAsync(mail: true);
        await LeaveAsync(TimeSpan.FromHours(25));
        var messages = await Host.ExecuteAndWaitAsync(
            () => Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Worker.RunAsync(Cancel))), 30_000);
        Assert.Single(messages.Executed.MessagesOf<SendCartReminder>(), x => x.Subject == customer.Subject);
    }

    [Theory]
    [InlineData(23)]
    [InlineData(24 * 8)]
    public async Task a_cart_unchanged_for_less_than_a_day_or_more_than_a_week_causes_no_reminder(int hours)
    {
        await AskAsync(mail: true);
        await LeaveAsync(TimeSpan.FromHours(hours));
        Assert.Empty(await RunAsync());
    }

    [Fact]
    public async Task a_customer_who_has_not_asked_or_has_withdrawn_the_consent_is_not_reminded()
    {
        await LeaveAsync(TimeSpan.FromHours(25));
        Assert.False(await IsMailedAsync());
        Assert.Empty(await RunAsync());

        await AskAsync(mail: true);
        Assert.True(await IsMailedAsync());
        await AskAsync(mail: false);
        Assert.False(await IsMailedAsync());
        Assert.Empty(await RunAsync());
    }

    [Fact]
    public async Task the_time_of_a_reminder_is_deleted_when_the_next_one_is_allowed()
    {
        await AskAsync(mail: true);
        await LeaveAsync(TimeSpan.FromHours(25));
        Assert.Single(await RunAsync());
        var pruning = Host.Services.GetServices<IHostedService>().OfType<CartReminderPruning>().Single();

        await pruning.PruneAsync(Cancel);
        Assert.Empty(await RunAsync());
        await using (var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession())
        {
            session.QueueSqlCommand(
                "update content.cart_reminder set reminded_at = ? where subject = ?",
                DateTimeOffset.UtcNow - RemindOfCartHandler.Pause - TimeSpan.FromMinutes(1), customer.Subject);
            await session.SaveChangesAsync(Cancel);
        }

        await pruning.PruneAsync(Cancel);
        await using var read = Host.Services.GetRequiredService<IContentStore>().QuerySession();
        Assert.Equal(0, (await read.AdvancedSql.QueryAsync<long>(
            "select count(*) from content.cart_reminder where subject = ?", Cancel, customer.Subject)).Single());
        Assert.Single(await RunAsync());
    }

    [Fact]
    public async Task a_customer_who_has_closed_the_account_is_not_reminded()
    {
        await AskAsync(mail: true);
        await LeaveAsync(TimeSpan.FromHours(25));
        await ChangeUserAsync(x => x.DeactivatedAt = DateTimeOffset.UtcNow);
        Assert.Empty(await RunAsync());
    }

    [Fact]
    public async Task one_cart_that_cannot_be_read_keeps_no_other_from_its_reminder()
    {
        await AskAsync(mail: true);
        await LeaveAsync(TimeSpan.FromHours(25));
        using var other = await Shopper.OfRoleAsync(Host, "customer");
        await ChangeUserAsync(x => x.EmailVerified = true, other);
        await other.AddAsync(sku);
        await AskAsync(mail: true, other);
        await LeaveAsync(TimeSpan.FromHours(25), other);
        await AllOfRedis.HashSetAsync(Keys.Of($"{customer.Subject}"), "BROKEN", "no line");

        var messages = await Host.TrackActivity().DoNotAssertOnExceptionsDetected().ExecuteAndWaitAsync(
            (Func<IMessageContext, Task>)(async _ => await Assert.ThrowsAsync<AggregateException>(() => Worker.RunAsync(Cancel))));
        Assert.Contains(messages.Executed.MessagesOf<SendCartReminder>(), x => x.Subject == other.Subject);
        await AllOfRedis.KeyDeleteAsync(Keys.Of($"{customer.Subject}"));
    }

    [Fact]
    public async Task the_link_in_the_mail_withdraws_the_consent()
    {
        await AskAsync(mail: true);
        await LeaveAsync(TimeSpan.FromHours(25));
        var mail = await Host.MailAsync(Assert.Single(await RunAsync()).EmailId);

        using var nobody = Shopper.WithoutToken(Host);
        (await nobody.PostAsync(new Uri(mail.UnsubscribeUrl!).AbsolutePath)).Is(204);

        Assert.False(await IsMailedAsync());
    }

    [Fact]
    public async Task a_guest_cannot_ask_because_the_shop_has_no_address()
    {
        using var guest = await Shopper.GuestAsync(Host);
        var body = new { kinds = new object[] { new { kind = "order_packed", mail = true }, new { kind = "cart_reminder", mail = true } } };
        (await guest.SendAsync(HttpMethod.Put, Preferences, body)).Names("kinds[1].mail");
        Assert.False((await guest.GetAsync(Preferences)).As<PreferencesView>().Kinds.Single(x => x.Kind == "cart_reminder").Mail);
    }

    [Fact]
    public async Task a_customer_who_has_ordered_is_not_reminded_of_what_was_added_meanwhile()
    {
        await AskAsync(mail: true);
        (await customer.CheckoutAsync()).Is(201);
        await customer.AddAsync(await Host.SellsAsync());
        await LeaveAsync(TimeSpan.FromHours(25));
        Assert.Empty(await RunAsync());
    }

    [Theory]
    [InlineData("order", "cart_changed")]
    [InlineData("change", "cart_changed")]
    [InlineData("change and leave again", "cart_changed")]
    [InlineData("close the account", "cart_changed")]
    [InlineData("switch off", "switched_off")]
    [InlineData("withdraw", "unsubscribed")]
    public async Task a_waiting_reminder_is_not_sent_after_an_order_a_change_or_a_withdrawn_consent(string act, string reason)
    {
        await AskAsync(mail: true);
        await LeaveAsync(TimeSpan.FromHours(60));
        var id = Guid.CreateVersion7();
        await using (var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession())
        {
            session.Store(new EmailMessage { Id = id, Kind = "cart_reminder", Owner = customer.Subject, To = "asha@example.com" });
            await session.SaveChangesAsync(Cancel);
        }

        if (act == "order") (await customer.CheckoutAsync()).Is(201);
        else if (act == "change") await customer.AddAsync(sku);
        else if (act == "change and leave again") await LeaveAsync(TimeSpan.FromHours(25));
        else if (act == "close the account") await ChangeUserAsync(x => x.DeactivatedAt = DateTimeOffset.UtcNow);
        else if (act == "switch off") await SwitchAsync(on: false);
        else await AskAsync(mail: false);
        await Host.InvokeMessageAndWaitAsync(new SendCartReminder(id, customer.Subject, DateTimeOffset.UtcNow.AddHours(-30)));

        var mail = await Host.MailAsync(id);
        Assert.Equal((null, reason), (mail.SentAt, mail.NotSentFor));
    }

    private FindAbandonedCarts Worker => Host.Services.GetServices<IHostedService>().OfType<FindAbandonedCarts>().Single();

    /// <summary>The reminders of this spec's customer that one look at all carts has caused.</summary>
    private async Task<IReadOnlyList<SendCartReminder>> RunAsync()
    {
        var messages = await Host.ExecuteAndWaitAsync(() => Worker.RunAsync(Cancel), 30_000);
        return [.. messages.Executed.MessagesOf<SendCartReminder>().Where(x => x.Subject == customer.Subject)];
    }

    private async Task AskAsync(bool mail, Shopper? other = null) => (await (other ?? customer).SendAsync(
        HttpMethod.Put, Preferences, new { kinds = new[] { new { kind = "cart_reminder", mail } } })).Is(200);

    private async Task<bool> IsMailedAsync() =>
        (await customer.GetAsync(Preferences)).As<PreferencesView>().Kinds.Single(x => x.Kind == "cart_reminder").Mail;

    private async Task ChangeUserAsync(Action<User> change, Shopper? other = null)
    {
        await using var session = Host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        var user = (await session.LoadAsync<User>((other ?? customer).Subject, Cancel))!;
        change(user);
        session.Store(user);
        await session.SaveChangesAsync(Cancel);
    }

    private async Task SwitchAsync(bool on)
    {
        using var admin = await Shopper.OfRoleAsync(Host, "admin");
        var answer = await admin.SendAsync(HttpMethod.Put, $"/api/admin/flags/{FindAbandonedCarts.Flag}", new { enabled = on });
        Assert.InRange(answer.Status, 200, 201);
        var flags = Host.Services.GetRequiredService<IFlags>();
        await Eventually.HoldsAsync(
            "the flag is known", async () => await flags.IsOnAsync(FindAbandonedCarts.Flag, caller: null, Cancel) == on);
    }

    /// <summary>Makes the cart as old as if its owner had left it so long ago.</summary>
    private async Task LeaveAsync(TimeSpan ago, Shopper? other = null) => Assert.True(await AllOfRedis.KeyExpireAsync(
        Keys.Of($"{(other ?? customer).Subject}"), ShoppingCart.KeptFor(guest: false) - ago));

    public ValueTask DisposeAsync()
    {
        customer.Dispose();
        return ValueTask.CompletedTask;
    }
}
