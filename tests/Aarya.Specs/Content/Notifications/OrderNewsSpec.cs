using Aarya.Features;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mailbox;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.Notifications;

[StoryOf(typeof(NotifyOrderCancelledHandler), typeof(NotifyOrderConfirmedHandler), typeof(NotifyOrderDeliveredHandler),
    typeof(NotifyOrderPackedHandler), typeof(NotifyOrderRefundedHandler), typeof(NotifyOrderShippedHandler),
    typeof(NotifyPaymentActionRequiredHandler), typeof(NotifyPaymentDeclinedHandler), typeof(TellShopperHandler),
    typeof(ReadMailboxEndpoint))]
public sealed class OrderNewsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly OrderConfirmedNotice confirmed = new(
        Guid.CreateVersion7(), "AA-10042", Guid.CreateVersion7(), $"{Guid.NewGuid():N}@example.com", new Money(337_800, "INR"),
        [new("KURTA-M-INDIGO", "Indigo block-print kurta", 2, new Money(129_900, "INR")),
            new("STOLE", "Silk <stole>", 1, new Money(78_000, "INR"))],
        "Asha Rao", Now);

    [Fact]
    public async Task a_confirmation_names_every_line_the_total_and_the_order_number()
    {
        var mail = await StrictLetters.All.WriteAsync(LetterKinds.OrderConfirmed, null, confirmed);

        foreach (var words in new[]
        {
            "Asha Rao",
            "AA-10042",
            "2 × Indigo block-print kurta (KURTA-M-INDIGO)",
            "₹2,598.00",
            "₹780.00",
            "₹3,378.00",
        })
            Assert.Contains(words, mail.Text, StringComparison.Ordinal);
        Assert.Contains("Silk &lt;stole&gt;", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task the_same_news_told_twice_is_one_notification_and_one_mail()
    {
        var told = await Host.InvokeMessageAndWaitAsync(confirmed);
        var again = await Host.InvokeMessageAndWaitAsync(confirmed);

        Assert.Equal("confirmed", told.Executed.SingleMessage<TellShopper>().Order!.Status);
        Assert.Empty(again.Executed.MessagesOf<TellShopper>());
        Assert.Single(await MailsAsync());
    }

    [Fact]
    public async Task two_refunds_of_one_order_are_two_notifications()
    {
        var refund = new OrderRefundedNotice(confirmed.OrderId, confirmed.Number, confirmed.Subject, confirmed.Email,
            new Money(10_000, "INR"), Whole: false, Now);

        var first = await Host.InvokeMessageAndWaitAsync(refund);
        var second = await Host.InvokeMessageAndWaitAsync(refund with { At = Now.AddMinutes(1), Whole = true });

        var (told, toldAgain) = (first.Executed.SingleMessage<TellShopper>(), second.Executed.SingleMessage<TellShopper>());
        Assert.NotEqual(told.Notification!.Id, toldAgain.Notification!.Id);
        Assert.Equal(("partially_refunded", "refunded"), (told.Order!.Status, toldAgain.Order!.Status));
        Assert.Equal(2, (await MailsAsync()).Count);
    }

    [Theory]
    [InlineData("payment_declined", "was not accepted")]
    [InlineData("unpaid", "did not receive a payment in time")]
    [InlineData("shop", "staff have cancelled")]
    [InlineData("whatever", "had to cancel")]
    public async Task a_cancellation_says_why(string reason, string words)
    {
        var cancelled = new OrderCancelledNotice(confirmed.OrderId, confirmed.Number, confirmed.Subject, confirmed.Email, reason, Now);
        var letter = await StrictLetters.All.WriteAsync(LetterKinds.OrderCancelled, null, cancelled);

        Assert.Contains(words, letter.Summary, StringComparison.Ordinal);
        Assert.Contains(words, letter.Text, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Steps => new()
    {
        { "packed", "Your order AA-10042 is packed" },
        { "shipped", "Your order AA-10042 is on its way" },
        { "delivered", "Your order AA-10042 is delivered" },
    };

    private object News(string step) => step switch
    {
        "packed" => new OrderPackedNotice(confirmed.OrderId, confirmed.Number, confirmed.Subject, confirmed.Email, Now.AddHours(1)),
        "shipped" => new OrderShippedNotice(
            confirmed.OrderId, confirmed.Number, confirmed.Subject, confirmed.Email, "Blue <Dart> & Söhne", "BD-0042 IN", Now.AddHours(2)),
        "delivered" => new OrderDeliveredNotice(confirmed.OrderId, confirmed.Number, confirmed.Subject, confirmed.Email, Now.AddHours(3)),
        _ => new OrderAwaitsActionNotice(confirmed.OrderId, confirmed.Number, confirmed.Subject, Now.AddMinutes(15), Now.AddMinutes(1)),
    };

    [Theory, MemberData(nameof(Steps))]
    public async Task a_step_of_the_order_is_told_once_in_the_account_by_mail_and_on_the_live_line(string step, string subject)
    {
        var told = await Host.InvokeMessageAndWaitAsync(News(step));
        var again = await Host.InvokeMessageAndWaitAsync(News(step));

        var news = told.Executed.SingleMessage<TellShopper>();
        Assert.Equal(
            (confirmed.Subject, $"order_{step}", step, confirmed.Number),
            (news.Subject, news.Notification!.Kind, news.Order!.Status, news.Order.Number));
        Assert.Empty(again.Executed.MessagesOf<TellShopper>());
        Assert.Empty(again.Executed.MessagesOf<SendEmail>());
        var mail = Assert.Single(await MailsAsync());
        Assert.Equal(subject, mail.Subject);
        Assert.NotNull(mail.SentAt);
        if (step == "shipped")
            Assert.Contains("Blue <Dart> & Söhne by the tracking number BD-0042 IN.", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_step_that_comes_after_a_later_one_is_kept_and_mailed_but_does_not_set_the_open_page_back()
    {
        await Host.InvokeMessageAndWaitAsync(News("delivered"));
        var shipped = await Host.InvokeMessageAndWaitAsync(News("shipped"));
        var asked = await Host.InvokeMessageAndWaitAsync(News("action"));
        var packed = await Host.InvokeMessageAndWaitAsync(News("packed"));

        foreach (var told in new[] { shipped, asked, packed }) Assert.Null(told.Executed.SingleMessage<TellShopper>().Order);
        Assert.Equal(3, (await MailsAsync()).Count);
    }

    [Fact]
    public async Task steps_in_their_order_are_all_told_on_the_live_line()
    {
        foreach (var step in new[] { "action", "packed", "shipped", "delivered" })
            Assert.NotNull((await Host.InvokeMessageAndWaitAsync(News(step))).Executed.SingleMessage<TellShopper>().Order);
    }

    [Fact]
    public async Task a_payment_that_needs_the_shopper_is_told_in_the_account_and_on_the_live_line_and_by_no_mail()
    {
        var told = await Host.InvokeMessageAndWaitAsync(News("action"));
        var again = await Host.InvokeMessageAndWaitAsync(News("action"));

        var news = told.Executed.SingleMessage<TellShopper>();
        Assert.Equal(
            ("payment_action_required", "pending_payment", "requires_action"),
            (news.Notification!.Kind, news.Order!.Status, news.Order.PaymentStatus));
        Assert.Empty(again.Executed.MessagesOf<TellShopper>());
        Assert.Empty(await MailsAsync());
    }

    [Fact]
    public async Task a_declined_payment_is_told_with_the_time_that_is_left_to_pay_another_way()
    {
        var now = DateTimeOffset.UtcNow;
        var declined = new OrderPaymentDeclinedNotice(confirmed.OrderId, confirmed.Number, confirmed.Subject, confirmed.Email, 1,
            now.AddMinutes(11.9), now);
        var told = await Host.InvokeMessageAndWaitAsync(declined);
        var again = await Host.InvokeMessageAndWaitAsync(declined);
        var second = await Host.InvokeMessageAndWaitAsync(declined with { ChargeNumber = 2, ExpiresAt = now.AddMinutes(0.9) });

        var news = told.Executed.SingleMessage<TellShopper>();
        Assert.Equal(("payment_declined", "pending_payment", "declined"),
            (news.Notification!.Kind, news.Order!.Status, news.Order.PaymentStatus));
        Assert.Empty(again.Executed.MessagesOf<TellShopper>());
        Assert.Single(second.Executed.MessagesOf<TellShopper>());
        var mails = await MailsAsync();
        Assert.Equal(2, mails.Count);
        Assert.All(mails, x => Assert.Contains("still in your cart", x.Text, StringComparison.Ordinal));
        Assert.Contains("another 12 minutes", mails[1].Text, StringComparison.Ordinal);
        Assert.Contains("one more minute:", mails[0].Text, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<MailView>> MailsAsync() =>
        (await Host.Scenario(x => x.Get.Url($"/dev/mailbox?to={confirmed.Email}"))).ReadAsJson<MailboxView>()!.Items;

    [Fact]
    public async Task a_confirmed_order_is_told_in_the_account_by_mail_and_on_the_live_line()
    {
        var told = await Host.InvokeMessageAndWaitAsync(confirmed);

        Assert.Equal("confirmed", told.Executed.SingleMessage<TellShopper>().Order!.Status);
        var mails = (await Host.Scenario(x => x.Get.Url($"/dev/mailbox?to={confirmed.Email}"))).ReadAsJson<MailboxView>()!.Items;
        var mail = Assert.Single(mails);
        Assert.Equal("Your order AA-10042 is confirmed", mail.Subject);
        Assert.NotNull(mail.SentAt);
    }

    [Fact]
    public async Task a_browser_reads_the_mailbox_as_a_page_and_a_mail_without_scripts()
    {
        await Host.InvokeMessageAndWaitAsync(confirmed);

        var page = await Host.Scenario(x =>
        {
            x.WithRequestHeader("Accept", "text/html");
            x.Get.Url($"/dev/mailbox?to={confirmed.Email}");
            x.ContentTypeShouldBe("text/html; charset=utf-8");
        });
        var path = page.ReadAsText().Split("href=\"/dev")[1].Split('"')[0];
        await Host.Scenario(x =>
        {
            x.Get.Url($"/dev{path}");
            x.Header("Content-Security-Policy").SingleValueShouldEqual("default-src 'none'; style-src 'unsafe-inline'; sandbox");
        });
    }
}
