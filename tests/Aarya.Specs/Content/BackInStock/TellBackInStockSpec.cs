using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Content.BackInStock;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.PriceAlerts;
using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.BackInStock;

[StoryOf(typeof(TellBackInStockV1Handler), typeof(TellPriceDroppedHandler), typeof(SendAlertHandler))]
public sealed class TellBackInStockSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly AaryaFixture shop = fixture;

    private readonly BackInStockNotice back = new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "asha@example.com",
        new("Kurta <Indigo>", "M", "Indigo", Money.Rupees(1_299), "kurta-indigo"));

    [Fact]
    public async Task the_news_names_what_the_shopper_waited_for_and_is_the_shopper_s()
    {
        var told = await Host.InvokeMessageAndWaitAsync(back);
        var again = await Host.InvokeMessageAndWaitAsync(back);

        var mail = await Host.MailAsync(back.RequestId);
        Assert.Equal((back.Subject, "asha@example.com"), (mail.Owner, mail.To));
        Assert.NotNull(mail.SentAt);
        Assert.Equal("Kurta <Indigo> is back in stock", mail.Subject);
        Assert.Contains("Kurta <Indigo> (M, Indigo)", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Kurta &lt;Indigo&gt; (M, Indigo)", mail.Html, StringComparison.Ordinal);
        var shown = told.Executed.SingleMessage<TellShopper>();
        Assert.Equal((back.Subject, "back_in_stock"), (shown.Subject, shown.Notification!.Kind));
        Assert.Empty(again.Executed.MessagesOf<TellShopper>());
        Assert.Empty(again.Executed.MessagesOf<SendAlert>());
    }

    [Fact]
    public async Task the_language_of_the_account_goes_before_that_of_the_browser()
    {
        await Host.InvokeMessageAndWaitAsync(new LanguageChosenNotice(back.Subject, "hi", DateTimeOffset.UtcNow));
        await Host.InvokeMessageAndWaitAsync(back with { Language = "en" });

        Assert.Equal("Kurta <Indigo> फिर से उपलब्ध है", (await Host.MailAsync(back.RequestId)).Subject);
    }

    [Fact]
    public async Task the_first_version_of_the_event_is_the_same_news()
    {
        // As the release before this one has written it, with members that this one does not need.
        var written = JsonSerializer.SerializeToElement(new
        {
            requestId = back.RequestId,
            subject = back.Subject,
            email = back.Email,
            sku = "KRT-M",
            name = "Kurta <Indigo>",
            size = "M",
            colour = "Indigo",
            at = DateTimeOffset.UtcNow,
            language = "en",
        });
        var first = written.Deserialize<BackInStockV1Notice>(StreamJson.Options)!;
        Assert.Equal(back with { Item = new("Kurta <Indigo>", "M", "Indigo"), Language = "en" }, first.ToSecondVersion());

        await Host.InvokeMessageAndWaitAsync(first);
        var again = await Host.InvokeMessageAndWaitAsync(back);
        Assert.Equal("Kurta <Indigo> is back in stock", (await Host.MailAsync(back.RequestId)).Subject);
        Assert.Empty(again.Executed.MessagesOf<SendAlert>());
    }

    [Fact]
    public async Task a_lower_price_is_news_with_both_prices()
    {
        var dropped = new PriceDroppedNotice(
            Guid.CreateVersion7(), Guid.CreateVersion7(), "asha@example.com", back.Item, Money.Rupees(1_799));
        await Host.InvokeMessageAndWaitAsync(dropped);
        var mail = await Host.MailAsync(dropped.AlertId);
        Assert.Equal("Kurta <Indigo> now costs ₹1,299.00", mail.Subject);
        Assert.Contains("instead of ₹1,799.00.", mail.Text, StringComparison.Ordinal);
        Assert.NotNull(mail.UnsubscribeUrl);
    }

    [Theory]
    [InlineData("https://aarya.example", "kurta-indigo", "https://aarya.example/products/kurta-indigo")]
    [InlineData(null, "kurta-indigo", null)]
    [InlineData("https://aarya.example", null, null)]
    public void the_news_leads_to_the_product_when_there_is_a_page(string? storefront, string? slug, string? url) =>
        Assert.Equal(url, new ShopPages(storefront).NewsOf(back.Item with { Slug = slug }).Url);

    [Fact]
    public async Task mails_to_many_people_do_not_hold_up_the_mail_about_an_order()
    {
        var mailer = new HoldingAlerts();
        await using var node = await shop.AnotherNodeAsync(x => x.ConfigureServices(y => y.AddSingleton<IMailer>(mailer)));
        var alerts = Enumerable.Range(0, 30)
            .Select(_ => back with { RequestId = Guid.CreateVersion7(), Subject = Guid.CreateVersion7() }).ToList();
        await using (var scope = node.Services.CreateAsyncScope())
        {
            var bus = scope.ServiceProvider.GetRequiredService<Wolverine.IMessageBus>();
            foreach (var alert in alerts) await bus.InvokeAsync(alert, TestContext.Current.CancellationToken);
            await Eventually.HoldsAsync("as many alerts as may be sent at once", () => mailer.Waiting == SendAlert.AtOnce);
            await bus.InvokeAsync(
                new OrderPackedNotice(Guid.CreateVersion7(), "AA-1", back.Subject, "rao@example.com", DateTimeOffset.UtcNow),
                TestContext.Current.CancellationToken);
        }

        await Eventually.HoldsAsync("the mail about the order", () => mailer.Sent.Contains("rao@example.com"));
        Assert.DoesNotContain("asha@example.com", mailer.Sent);
        mailer.Release();
        await Eventually.HoldsAsync("the alerts", () => mailer.Sent.Count == alerts.Count + 1);
    }

    /// <summary>A mail server that accepts alerts only once they are released.</summary>
    private sealed class HoldingAlerts : IMailer
    {
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int waiting;

        public System.Collections.Concurrent.ConcurrentQueue<string> Sent { get; } = [];

        public int Waiting => Volatile.Read(ref waiting);

        public void Release() => released.SetResult();

        public async Task SendAsync(Mail mail, CancellationToken cancellation)
        {
            if (mail.UnsubscribeUrl is not null)
            {
                Interlocked.Increment(ref waiting);
                await released.Task.WaitAsync(cancellation);
            }

            Sent.Enqueue(mail.To);
        }
    }
}
