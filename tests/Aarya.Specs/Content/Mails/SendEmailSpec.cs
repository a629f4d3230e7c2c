using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Email;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Marten;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;

namespace Aarya.Specs.Content.Mails;

/// <summary>The way of a mail from the message that requests it to a real mail server.</summary>
public sealed class SendEmailSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly AaryaFixture shop = fixture;

    [Theory]
    [InlineData("Meera <meera@example.com>")]
    [InlineData("a b@c")]
    [InlineData("meera@example.com\r\nBcc: rao@example.com")]
    public async Task a_mail_to_what_is_no_address_waits_with_the_dead_letters_at_once_and_the_next_goes_out(string to)
    {
        await using var server = await MailServer.StartAsync();
        await using var node = await shop.AnotherNodeAsync(x => x.UseSetting("SMTP_URL", $"smtp://127.0.0.1:{server.Port}"));
        var (bad, good) = (Letter(to), Letter("rao@example.com"));
        await using var session = node.Services.GetRequiredService<IContentStore>().LightweightSession();
        session.Store(bad, good);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);

        await node.MessageBus().PublishAsync(new SendEmail(bad.Id));
        await node.MessageBus().PublishAsync(new SendEmail(good.Id));

        await Eventually.HoldsAsync("the mail to be given up",
            async () => await DeadLettersAsync(session, bad.Id) == 1, TimeSpan.FromSeconds(60));
        await Eventually.HoldsAsync("the good mail to be sent", () => server.Mails().Count == 1, TimeSpan.FromSeconds(60));
        Assert.Contains("rao@example.com", server.Mails()[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Bcc", server.Mails()[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, typeof(MailNotSentException))]
    [InlineData(4, typeof(MailNotSentException))]
    [InlineData(5, typeof(MailUndeliverableException))]
    public async Task a_mail_that_the_server_refuses_for_now_is_given_up_after_five_days(int days, Type outcome)
    {
        var letter = Letter("meera@example.com");
        await using var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession();
        session.Store(letter);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        var thrown = await Record.ExceptionAsync(() => SendEmailHandler.Handle(
            new(letter.Id), new Refusing(), session, letter.CreatedAt.AddDays(days), TestContext.Current.CancellationToken));
        Assert.IsType(outcome, thrown);
        Assert.Null((await session.LoadAsync<EmailMessage>(letter.Id, TestContext.Current.CancellationToken))!.SentAt);
    }

    [Fact]
    public async Task a_mail_that_several_processes_are_asked_to_send_goes_out_once()
    {
        var letter = Letter("asha@example.com");
        var mailer = new Slow();
        await using (var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession())
        {
            session.Store(letter);
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var attempts = Enumerable.Range(0, 5).Select(_ => SendAsync()).ToList();
        await Eventually.HoldsAsync("an attempt to begin", () => mailer.Begun > 0);
        await Eventually.HoldsAsync("the others to be put off", () => attempts.Count(x => x.IsCompleted) == attempts.Count - 1);
        mailer.Finish();
        var later = await Task.WhenAll(attempts);
        Assert.Equal(4, later.Sum());
        Assert.Equal(0, await SendAsync());
        Assert.Equal(1, mailer.Begun);

        async Task<int> SendAsync()
        {
            await using var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession();
            var messages = await SendEmailHandler.Handle(
                new(letter.Id), mailer, session, DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
            return messages.Count;
        }
    }

    [Fact]
    public async Task after_a_failure_and_after_a_crash_the_next_attempt_sends()
    {
        var letter = Letter("asha@example.com");
        await using var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession();
        session.Store(letter);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        var now = DateTimeOffset.UtcNow;
        await Assert.ThrowsAsync<MailNotSentException>(() => SendEmailHandler.Handle(
            new(letter.Id), new Refusing(), session, now, TestContext.Current.CancellationToken));

        // The claim of a process that died ends by itself.
        var mailer = new Slow();
        mailer.Finish();
        await using (var command = new Npgsql.NpgsqlCommand("insert into content.mail_claim (mail_id, until) values ($1, $2)")
        {
            Parameters = { new() { Value = letter.Id }, new() { Value = now.AddMinutes(2) } },
        })
            await session.ExecuteAsync(command, TestContext.Current.CancellationToken);
        Assert.Single(await SendEmailHandler.Handle(new(letter.Id), mailer, session, now, TestContext.Current.CancellationToken));
        Assert.Empty(
            await SendEmailHandler.Handle(new(letter.Id), mailer, session, now.AddMinutes(3), TestContext.Current.CancellationToken));
        Assert.Equal(1, mailer.Begun);
    }

    private sealed class Slow : IMailer
    {
        private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int begun;

        public int Begun => Volatile.Read(ref begun);

        public void Finish() => finished.SetResult();

        public Task SendAsync(Mail mail, CancellationToken cancellation)
        {
            Interlocked.Increment(ref begun);
            return finished.Task.WaitAsync(cancellation);
        }
    }

    private sealed class Refusing : IMailer
    {
        public Task SendAsync(Mail mail, CancellationToken cancellation) =>
            throw new MailNotSentException("the mailbox is full", new InvalidOperationException("452"));
    }

    private static EmailMessage Letter(string to) =>
        StrictLetters.MailTo(to, Guid.CreateVersion7(), DateTimeOffset.UtcNow);

    // A message that is retried waits in the inbox, not here.
    private static async Task<long> DeadLettersAsync(IDocumentSession session, Guid mail) => (await session.AdvancedSql.QueryAsync<long>(
        """
        select count(*) from content.wolverine_dead_letters
        where message_type like '%SendEmail' and exception_type like '%MailUndeliverableException' and position(?::bytea in body) > 0
        """,
        TestContext.Current.CancellationToken, System.Text.Encoding.UTF8.GetBytes($"{mail}")))[0];
}
