using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Outage = Aarya.Infrastructure.Outages.Outage;

namespace Aarya.Specs.Content.Mails;

public sealed class SmtpMailerSpec
{
    private const string Sender = "Aarya Clothing <orders@aarya.example>";

    private readonly Mail mail = new(Guid.CreateVersion7(), "asha@example.com", "Your order AA-1 is confirmed", "Total ₹1,299.00",
        "<p>Total ₹1,299.00</p>");

    [Fact]
    public async Task a_mail_arrives_with_its_words_and_one_message_id_however_often_it_is_sent()
    {
        await using var server = await MailServer.StartAsync();
        using var mailer = Mailer($"smtp://127.0.0.1:{server.Port}", "Aarya Clothing <orders@shop.example>");

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
    public async Task many_mails_take_few_connections()
    {
        await using var server = await MailServer.StartAsync();
        await using var way = new Severed("127.0.0.1", server.Port);
        using var mailer = Mailer($"smtp://127.0.0.1:{way.Port}", Sender);

        for (var i = 0; i < 60; i++) await mailer.SendAsync(mail, TestContext.Current.CancellationToken);

        Assert.Equal(60, server.Mails().Count);
        Assert.Equal(2, way.Accepted);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => mailer.SendAsync(mail, TestContext.Current.CancellationToken)));
        Assert.Equal(80, server.Mails().Count);
    }

    [Fact]
    public async Task a_mail_that_was_sent_is_not_kept_in_memory()
    {
        await using var server = await MailServer.StartAsync();
        var settings = SmtpServer.Parse($"smtp://127.0.0.1:{server.Port}", Sender);
        using var mailer = new SmtpMailer(settings, TimeProvider.System, NullLogger<SmtpMailer>.Instance);
        for (var i = 0; i < 3; i++) await mailer.SendAsync(mail, TestContext.Current.CancellationToken);

        // The list of a mail's senders listens to each of them, and an address that many mails share would keep all of them.
        var changed = typeof(InternetAddress).GetField("Changed", BindingFlags.Instance | BindingFlags.NonPublic);
        Assert.NotNull(changed);
        Assert.Null(changed.GetValue(settings.From));
    }

    [Fact]
    public async Task a_connection_that_broke_while_it_waited_loses_no_mail()
    {
        await using var server = await MailServer.StartAsync();
        await using var way = new Severed("127.0.0.1", server.Port);
        using var mailer = Mailer($"smtp://127.0.0.1:{way.Port}", Sender);
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);

        way.Cut();
        way.Mend();
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);

        Assert.Equal((2, 2), (server.Mails().Count, way.Accepted));
    }

    [Fact]
    public async Task a_connection_that_waited_long_is_not_used_again()
    {
        await using var server = await MailServer.StartAsync();
        await using var way = new Severed("127.0.0.1", server.Port);
        var time = new FakeTimeProvider();
        using var mailer = new SmtpMailer(SmtpServer.Parse($"smtp://127.0.0.1:{way.Port}", Sender), time, NullLogger<SmtpMailer>.Instance);
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(29));
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        Assert.Equal(1, way.Accepted);
        time.Advance(TimeSpan.FromSeconds(31));
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        Assert.Equal((3, 2), (server.Mails().Count, way.Accepted));
    }

    [Fact]
    public async Task an_address_that_the_server_refuses_stops_nobody_else()
    {
        await using var server = await MailServer.StartAsync();
        using var mailer = Mailer($"smtp://127.0.0.1:{server.Port}", Sender);
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<MailUndeliverableException>(() =>
            mailer.SendAsync(mail with { To = $"{new string('a', 600)}@example.com" }, TestContext.Current.CancellationToken));
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        Assert.Equal(2, server.Mails().Count);
    }

    [Fact]
    public async Task a_mail_that_can_be_stopped_says_so_to_mail_programs()
    {
        await using var server = await MailServer.StartAsync();
        using var mailer = Mailer($"smtp://127.0.0.1:{server.Port}", Sender);
        var url = $"https://aarya.example/api/mail/unsubscribe/dev.{new string('x', 120)}";

        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        await mailer.SendAsync(mail with { UnsubscribeUrl = url }, TestContext.Current.CancellationToken);

        var arrived = server.Mails().Select(Read).ToList();
        Assert.Equal([null, $"<{url}>"], arrived.Select(x => x.Headers[HeaderId.ListUnsubscribe]).Order());
        Assert.Equal([null, "List-Unsubscribe=One-Click"], arrived.Select(x => x.Headers["List-Unsubscribe-Post"]).Order());
    }

    [Fact]
    public async Task a_mail_server_that_is_away_is_a_failure_that_can_be_tried_again()
    {
        await using var server = await MailServer.StartAsync();
        using var mailer = Mailer($"smtp://127.0.0.1:{server.Port}", Sender);
        await server.KillAsync();

        var away = await Assert.ThrowsAsync<MailNotSentException>(() => mailer.SendAsync(mail, TestContext.Current.CancellationToken));
        Assert.True(Outage.Is(away));

        await server.StartAgainAsync();
        await mailer.SendAsync(mail, TestContext.Current.CancellationToken);
        Assert.Single(server.Mails());
    }

    [Theory]
    [InlineData("Meera <meera@example.com>")]
    [InlineData("a b@c")]
    [InlineData("foo@bar..com")]
    [InlineData("meera")]
    [InlineData("")]
    [InlineData("meera@example.com, rao@example.com")]
    [InlineData("meera@example.com\r\nBcc: rao@example.com")]
    [InlineData("meera@example.com\n")]
    [InlineData("friends:meera@example.com;")]
    [InlineData("(home) meera@example.com")]
    public async Task what_is_no_address_is_never_sent_and_is_no_failure_to_try_again(string to)
    {
        await using var server = await MailServer.StartAsync();
        using var mailer = Mailer($"smtp://127.0.0.1:{server.Port}", Sender);

        var refused =
            await Assert.ThrowsAsync<MailUndeliverableException>(() =>
                mailer.SendAsync(mail with { To = to }, TestContext.Current.CancellationToken));

        Assert.Contains($"{mail.Id}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("meera", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Mails());
    }

    [Theory]
    [InlineData("550 5.1.1 asha@example.com is unknown here", typeof(MailUndeliverableException), false)]
    [InlineData("553 5.1.3 asha@example.com is no address", typeof(MailUndeliverableException), false)]
    [InlineData("554 no mail service here", typeof(MailNotSentException), false)]
    [InlineData("554 5.7.1 Relay access denied", typeof(MailNotSentException), false)]
    [InlineData("550 5.7.1 the sender is on a blocklist", typeof(MailNotSentException), false)]
    [InlineData("450 4.2.1 asha@example.com is asleep", typeof(MailNotSentException), false)]
    [InlineData("452 4.2.2 the mailbox of asha@example.com is full", typeof(MailNotSentException), false)]
    [InlineData("421 4.3.2 we are closing", typeof(MailNotSentException), true)]
    [InlineData("no answer at all", typeof(MailNotSentException), true)]
    public async Task a_mailbox_that_the_server_does_not_know_is_given_up_and_one_that_is_busy_is_not(
        string answer, Type failure, bool isAway)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = AnswerRecipientsAsync(listener, answer);
        using var mailer = Mailer($"smtp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", Sender);

        var refused = await Assert.ThrowsAsync(failure, () => mailer.SendAsync(mail, TestContext.Current.CancellationToken));

        Assert.DoesNotContain("asha@example.com", $"{refused}", StringComparison.OrdinalIgnoreCase);
        Assert.True(Outage.Is(refused) == isAway, $"{refused}");
        await served.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    // The part of RFC 5321 that is needed to refuse a recipient.
    private static async Task AnswerRecipientsAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        await using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 here");
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } command
            && !command.StartsWith("QUIT", StringComparison.Ordinal))
            await writer.WriteLineAsync(command.StartsWith("RCPT", StringComparison.Ordinal) ? answer : "250 fine");
    }

    [Theory]
    [InlineData("mail.example.com", Sender)]
    [InlineData("http://mail.example.com", Sender)]
    [InlineData("smtp://mail.example.com", "not an address@")]
    public void a_setting_that_makes_no_sense_ends_the_start(string url, string from) =>
        Assert.Throws<StartupException>(() => SmtpServer.Parse(url, from));

    [Theory]
    [InlineData("smtp://mail.example.com", 587, false)]
    [InlineData("smtps://mail.example.com", 465, true)]
    [InlineData("smtp://mail.example.com:2525", 2525, false)]
    public void the_port_follows_the_scheme_unless_it_is_given(string url, int port, bool tls)
    {
        var server = SmtpServer.Parse(url, Sender);

        Assert.Equal((port, tls), (server.Port, server.Tls));
    }

    private static SmtpMailer Mailer(string url, string from) =>
        new(SmtpServer.Parse(url, from), TimeProvider.System, NullLogger<SmtpMailer>.Instance);

    private static MimeMessage Read(string raw) => MimeMessage.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(raw)));
}
