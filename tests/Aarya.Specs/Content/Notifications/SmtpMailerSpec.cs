using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Hosting;
using Aarya.Specs.Support;
using MimeKit;

namespace Aarya.Specs.Content.Notifications;

public sealed class SmtpMailerSpec
{
    private readonly Mail mail = new(Guid.CreateVersion7(), "asha@example.com", "Your order AA-1 is confirmed", "Total ₹1,299.00", "<p>Total ₹1,299.00</p>");

    [Fact]
    public async Task a_mail_arrives_with_its_words_and_one_message_id_however_often_it_is_sent()
    {
        await using var server = await MailServer.StartAsync();
        var mailer = new SmtpMailer(SmtpServer.Parse($"smtp://127.0.0.1:{server.Port}", "Aarya Clothing <orders@shop.example>"));

        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);

        var arrived = server.Mails().Select(Read).ToList();
        Assert.Equal(2, arrived.Count);
        Assert.All(arrived, x =>
        {
            Assert.Equal($"{mail.Id:N}@shop.example", x.MessageId);
            Assert.Equal("orders@shop.example", x.From.Mailboxes.Single().Address);
            Assert.Equal("asha@example.com", x.To.Mailboxes.Single().Address);
            Assert.Equal(mail.Subject, x.Subject);
            Assert.Equal(mail.Text, x.TextBody!.TrimEnd());
            Assert.Equal(mail.Html, x.HtmlBody!.TrimEnd());
        });
    }

    [Fact]
    public async Task a_mail_server_that_is_away_is_a_failure_that_can_be_tried_again()
    {
        await using var server = await MailServer.StartAsync();
        var mailer = new SmtpMailer(SmtpServer.Parse($"smtp://127.0.0.1:{server.Port}", null));
        await server.KillAsync();

        await Assert.ThrowsAsync<MailNotSentException>(() => mailer.SendAsync(mail, TestContext.Current.CancellationToken));

        await server.StartAgainAsync();
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        Assert.Single(server.Mails());
    }

    [Theory]
    [InlineData("mail.example.com", null)]
    [InlineData("http://mail.example.com", null)]
    [InlineData("smtp://mail.example.com", "not an address@")]
    public void a_setting_that_makes_no_sense_ends_the_start(string url, string? from) =>
        Assert.Throws<StartupException>(() => SmtpServer.Parse(url, from));

    [Theory]
    [InlineData("smtp://mail.example.com", 587, false)]
    [InlineData("smtps://mail.example.com", 465, true)]
    [InlineData("smtp://mail.example.com:2525", 2525, false)]
    public void the_port_follows_the_scheme_unless_it_is_given(string url, int port, bool tls)
    {
        var server = SmtpServer.Parse(url, null);

        Assert.Equal((port, tls), (server.Port, server.Tls));
    }

    private static MimeMessage Read(string raw) => MimeMessage.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(raw)));
}
