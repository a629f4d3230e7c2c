using Aarya.Features.Content;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Staff;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.Staff;

[StoryOf(typeof(MailLowStockHandler), typeof(MailReviewWaitingHandler))]
public sealed class StaffMailSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly ReviewWaitingNotice waiting = new(
        Guid.CreateVersion7(), "AA-10042", Features.Money.Rupees(5_12_000), 60, ["very_large_amount"], 1,
        DateTimeOffset.UtcNow.AddMinutes(15), DateTimeOffset.UtcNow);

    [Fact]
    public async Task staff_read_which_skus_are_low_and_how_many_more_there_are()
    {
        var low = new StockLowNotice(
            Guid.CreateVersion7(), [new("TEE-M", "Linen <tee>", 0), new("TEE-S", "Linen <tee>", 4)], 7, 5, DateTimeOffset.UtcNow);
        await Host.InvokeMessageAndWaitAsync(low);

        var mail = await Host.MailAsync(low.ReportId);
        Assert.Equal(("staff@aarya.example", "7 SKUs are low in stock"), (mail.To, mail.Subject));
        Assert.NotNull(mail.SentAt);
        Assert.Contains("Linen <tee> (TEE-M): 0\nLinen <tee> (TEE-S): 4\n\nAnd 5 more.", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task staff_read_what_a_review_is_about_and_until_when_it_helps()
    {
        var told = await Host.InvokeMessageAndWaitAsync(waiting);
        var mail = await Host.MailAsync(told.Executed.SingleMessage<SendEmail>().EmailId);
        Assert.Equal("A payment of ₹5,12,000.00 waits for your review", mail.Subject);
        Assert.Contains("order AA-10042", mail.Text, StringComparison.Ordinal);
        Assert.Contains("very_large_amount", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_review_whose_order_has_expired_is_not_mailed()
    {
        var told = await Host.InvokeMessageAndWaitAsync(waiting with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) });
        Assert.Empty(told.Executed.MessagesOf<SendEmail>());
    }

    [Theory]
    [InlineData("Staff <staff@aarya.example>")]
    [InlineData("a b@c")]
    [InlineData("staff")]
    public void a_mailbox_that_is_no_address_ends_the_start(string address) =>
        Assert.Contains(
            "STAFF_MAIL", Assert.Throws<StartupException>(() => Options(address, "Production")).Message, StringComparison.Ordinal);

    [Fact]
    public void staff_get_mail_when_the_shop_names_their_mailbox_and_in_development()
    {
        Assert.Null(Options(null, "Production").StaffMail);
        Assert.Equal("ops@aarya.example", Options("ops@aarya.example", "Production").StaffMail);
        Assert.Equal("staff@aarya.example", Options(null, "Development").StaffMail);
    }

    private static ContentOptions Options(string? staff, string environment)
    {
        Dictionary<string, string?> settings = new() { ["STAFF_MAIL"] = staff };
        if (environment == "Production") settings["SMTP_URL"] = "smtp://mail.aarya.example";
        return ContentOptions.From(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), new Environment { EnvironmentName = environment });
    }

    private sealed class Environment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "";

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = null!;
    }
}
