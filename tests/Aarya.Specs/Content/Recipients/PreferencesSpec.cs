using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.Recipients;

/// <summary>What a shopper is written to about: by kind and channel, in the account or by one click in a mail.</summary>
[StoryOf(typeof(FollowGuestHandler), typeof(GetPreferencesEndpoint), typeof(SetPreferencesEndpoint), typeof(UnsubscribeEndpoint),
    typeof(ShowUnsubscribeEndpoint))]
public sealed class PreferencesSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const string Path = "/api/notifications/preferences";

    [Fact]
    public async Task everything_is_on_until_the_shopper_stops_it_and_what_is_needed_cannot_be_stopped()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var kinds = (await shopper.GetAsync(Path)).Is(200).As<PreferencesView>().Kinds;
        Assert.Equal(LetterKinds.Optional.Select(x => x.Name), kinds.Select(x => x.Kind));
        // Nobody gets reminders of carts who has not asked for them.
        Assert.All(kinds, x => Assert.Equal((x.Kind != "cart_reminder", true), (x.Mail, x.InApp)));
        Assert.DoesNotContain("order_confirmed", kinds.Select(x => x.Kind));
        Assert.DoesNotContain("reset_password", kinds.Select(x => x.Kind));
    }

    [Fact]
    public async Task a_channel_that_is_stopped_is_silent_and_the_other_goes_on()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await SetAsync(shopper, new { kind = "order_packed", mail = false }, new { kind = "order_delivered", inApp = false });

        var packed = await Host.InvokeMessageAndWaitAsync(new OrderPackedNotice(Order, "AA-1", shopper.Subject, Email, Now));
        Assert.Empty(packed.Executed.MessagesOf<SendEmail>());
        Assert.NotNull(packed.Executed.SingleMessage<TellShopper>().Notification);

        var delivered = new OrderDeliveredNotice(Order, "AA-1", shopper.Subject, Email, Now);
        var told = await Host.InvokeMessageAndWaitAsync(delivered);
        var again = await Host.InvokeMessageAndWaitAsync(delivered);
        Assert.NotNull((await Host.MailAsync(told.Executed.SingleMessage<SendEmail>().EmailId)).SentAt);
        // The open page shows the order's state whatever the shopper is notified of.
        var news = told.Executed.SingleMessage<TellShopper>();
        Assert.Equal((null, "delivered"), (news.Notification, news.Order!.Status));
        Assert.Empty(again.Executed.MessagesOf<SendEmail>());
        Assert.Empty(again.Executed.MessagesOf<TellShopper>());
        var shown = (await shopper.GetAsync("/api/notifications")).Is(200).As<NotificationPage>();
        Assert.Equal(["order_packed"], shown.Items.Select(x => x.Kind));
    }

    [Fact]
    public async Task a_kind_or_channel_that_is_not_named_stays_as_it_is_and_what_was_stopped_can_go_on()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await SetAsync(shopper, new { kind = "order_packed", mail = false });
        await SetAsync(shopper, new { kind = "order_shipped", mail = false });
        Assert.Equal(["order_packed", "order_shipped"], await StoppedAsync(shopper));
        await SetAsync(shopper, new { kind = "order_packed", inApp = false });
        Assert.Equal(["order_packed", "order_shipped"], await StoppedAsync(shopper));
        await SetAsync(shopper, new { kind = "order_packed", mail = true });
        Assert.Equal(["order_shipped"], await StoppedAsync(shopper));
        var kinds = (await shopper.GetAsync(Path)).Is(200).As<PreferencesView>().Kinds;
        Assert.Equal((true, false), kinds.Where(x => x.Kind == "order_packed").Select(x => (x.Mail, x.InApp)).Single());
    }

    [Theory]
    [InlineData("""{}""", "kinds")]
    [InlineData("""{"kinds":null}""", "kinds")]
    [InlineData("""{"kinds":[]}""", "kinds")]
    [InlineData("""{"kinds":[null]}""", "kinds[0]")]
    [InlineData("""{"kinds":[{"kind":"order_packed"},{"kind":"order_packed","mail":false}]}""", "kinds")]
    [InlineData("""{"kinds":[{"mail":false}]}""", "kinds[0].kind")]
    [InlineData("""{"kinds":[{"kind":"order_shipped","mail":false},{"kind":"order_confirmed","mail":false}]}""", "kinds[1].kind")]
    [InlineData("""{"kinds":[{"kind":"order_shipped","mail":"no"}]}""", "kinds[0].mail")]
    [InlineData("""{"kinds":[{"kind":"order_shipped","sms":false}]}""", "kinds[0].sms")]
    public async Task what_is_wrong_is_named_and_changes_nothing(string body, string field)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        (await shopper.SendAsync(HttpMethod.Put, Path, body)).Names(field);
        Assert.Empty(await StoppedAsync(shopper));
    }

    [Fact]
    public async Task nobody_has_preferences_without_a_token()
    {
        using var nobody = Shopper.WithoutToken(Host);
        (await nobody.GetAsync(Path)).Is(401);
        (await nobody.SendAsync(HttpMethod.Put, Path, new { kinds = new[] { new { kind = "order_packed" } } })).Is(401);
    }

    [Fact]
    public async Task one_click_in_a_mail_stops_its_kind_without_a_token_and_the_account_turns_it_on_again()
    {
        using var shopper = await Shopper.OfRoleAsync(Host, "customer");
        var first = await BackInStockAsync(shopper);
        var url = new Uri(first!.UnsubscribeUrl!).PathAndQuery;
        Assert.Contains(first.UnsubscribeUrl!, first.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{first.UnsubscribeUrl}\"", first.Html, StringComparison.Ordinal);
        Assert.DoesNotContain($"{shopper.Subject:N}", url, StringComparison.Ordinal);

        // Programs that check mails open their links: that stops nothing.
        var page = await Host.Scenario(x => x.Get.Url(url));
        Assert.Contains("Stop them", page.ReadAsText(), StringComparison.Ordinal);
        Assert.NotNull(await BackInStockAsync(shopper));

        (await ClickAsync(url)).Is(204);
        (await ClickAsync(url)).Is(204);
        Assert.Null(await BackInStockAsync(shopper));
        Assert.Equal(["back_in_stock"], await StoppedAsync(shopper));

        await SetAsync(shopper, new { kind = "back_in_stock", mail = true });
        Assert.NotNull(await BackInStockAsync(shopper));
    }

    [Fact]
    public async Task one_click_stops_the_kind_to_the_address_whoever_has_entered_it()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var otherDevice = await Shopper.GuestAsync(Host);
        var url = new Uri((await BackInStockAsync(guest))!.UnsubscribeUrl!).PathAndQuery;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => (await ClickAsync(url)).Is(204)));

        var other = await BackInStockAsync(otherDevice);
        Assert.Equal((null, "unsubscribed"), (other!.SentAt, other.NotSentFor));
        // A guest may be a stranger who has entered the address.
        await SetAsync(guest, new { kind = "back_in_stock", mail = true });
        await SetAsync(otherDevice, new { kind = "back_in_stock", mail = true });
        Assert.Equal("unsubscribed", (await BackInStockAsync(guest))!.NotSentFor);
        var packed = await Host.InvokeMessageAndWaitAsync(new OrderPackedNotice(Order, "AA-1", guest.Subject, Email, Now));
        Assert.NotNull((await Host.MailAsync(packed.Executed.SingleMessage<SendEmail>().EmailId)).SentAt);
    }

    [Fact]
    public async Task what_a_guest_has_stopped_stays_stopped_after_signing_in_and_the_notifications_come_along()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        await SetAsync(guest, new { kind = "order_packed", mail = false });
        await SetAsync(account, new { kind = "order_shipped", mail = false });
        var url = new Uri((await BackInStockAsync(guest))!.UnsubscribeUrl!).PathAndQuery;
        (await ClickAsync(url)).Is(204);

        await Host.InvokeMessageAndWaitAsync(new GuestSignedInNotice(guest.Subject, account.Subject, Now));

        Assert.Equal(["back_in_stock", "order_packed", "order_shipped"], await StoppedAsync(account));
        // The account can undo what the guest has stopped by a link.
        Assert.Null(await BackInStockAsync(account));
        await SetAsync(account, new { kind = "back_in_stock", mail = true });
        Assert.NotNull((await BackInStockAsync(account))!.SentAt);
        var shown = (await account.GetAsync("/api/notifications")).Is(200).As<NotificationPage>();
        Assert.All(shown.Items, x => Assert.Equal("back_in_stock", x.Kind));
        Assert.Equal(3, shown.Items.Count);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("a.b")]
    [InlineData("dev.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("unsubscribe%2001890000000070008000000000000000%20back_in_stock")]
    public async Task a_link_that_the_shop_did_not_make_stops_nothing(string token)
    {
        (await ClickAsync($"/api/mail/unsubscribe/{token}")).Is(404, "unsubscribe_link.not_found");
        var page = await Host.Scenario(x => x.Get.Url($"/api/mail/unsubscribe/{token}"));
        Assert.Contains("no longer valid", page.ReadAsText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_mail_about_an_order_has_no_link_that_stops_it()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var told = await Host.InvokeMessageAndWaitAsync(new OrderPackedNotice(Order, "AA-1", shopper.Subject, Email, Now));
        Assert.Null((await Host.MailAsync(told.Executed.SingleMessage<SendEmail>().EmailId)).UnsubscribeUrl);
    }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private Guid Order { get; } = Guid.CreateVersion7();

    private string Email { get; } = $"{Guid.NewGuid():N}@example.com";

    // As RFC 8058 has it: a form, with nothing that identifies the reader.
    private async Task<Answer> ClickAsync(string url)
    {
        using var client = Host.Server.CreateClient();
        using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var answer = await client.PostAsync(new Uri(url, UriKind.Relative), form, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var body = text.Length == 0 ? default : System.Text.Json.JsonDocument.Parse(text).RootElement;
        return new((int)answer.StatusCode, body, answer.Headers, text);
    }

    private async Task<EmailMessage?> BackInStockAsync(Shopper shopper)
    {
        var back = new BackInStockNotice(Guid.CreateVersion7(), shopper.Subject, Email, new("Kurta", "M", "Indigo"));
        var told = await Host.InvokeMessageAndWaitAsync(back);
        return told.Executed.MessagesOf<SendAlert>().Any() ? await Host.MailAsync(back.RequestId) : null;
    }

    private static async Task SetAsync(Shopper shopper, params object[] kinds) =>
        (await shopper.SendAsync(HttpMethod.Put, Path, new { kinds })).Is(200);

    /// <summary>The kinds that the shopper has stopped; nobody gets reminders of carts who has not asked for them.</summary>
    private static async Task<IEnumerable<string>> StoppedAsync(Shopper shopper) => (await shopper.GetAsync(Path)).Is(200)
        .As<PreferencesView>().Kinds.Where(x => !x.Mail && x.Kind != "cart_reminder").Select(x => x.Kind).Order();
}
